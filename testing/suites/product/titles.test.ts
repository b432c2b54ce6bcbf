import {
  freshHome,
  startFakeUpstream,
  textReply,
  upPostern,
  type FakeReply,
  type FakeUpstream,
  type FreshHome,
  type PosternUp,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addFakeProvider, signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const PROVIDERS = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;
const CHOICE = { provider: 'openai-chat', model: 'any' };
const QUESTION = 'Why is the sky blue, and not green?';

const WithId = v.object({ id: v.string() });
const View = v.object({
  conversation: v.object({ title: v.string() }),
  messages: v.array(v.object({ id: v.string(), role: v.string() })),
  earlierNumbers: v.object({ usedTokens: v.number() }),
});

let home: FreshHome;
let upstream: FakeUpstream;
let postern: PosternUp;
let app: AppClient;

beforeAll(async () => {
  home = freshHome();
  upstream = await startFakeUpstream();
  postern = await upPostern({ environment: home.environment });
  app = await signIn(postern.launchUrl, 'a'.repeat(32));
  await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
  for (const dialect of PROVIDERS) await addFakeProvider(app, upstream, dialect);
});

afterAll(async () => {
  await postern.stop();
  await upstream.close();
  home[Symbol.dispose]();
});

beforeEach(async () => {
  upstream.reset();
  await app.request('PATCH', '/api/privacy', { titlesByModel: true, localModelsOnly: false });
});

async function newConversation(): Promise<string> {
  return v.parse(WithId, await app.request('POST', '/api/conversations', {})).id;
}

async function view(id: string): Promise<v.InferOutput<typeof View>> {
  return v.parse(View, await app.request('GET', `/api/conversations/${id}`));
}

const titleOf = async (id: string): Promise<string> => (await view(id)).conversation.title;

/** Asks the first question, and returns when its answer has ended. */
async function ask(id: string, ...replies: readonly FakeReply[]): Promise<void> {
  upstream.next(...replies);
  await app.turn(id, { parentId: null, text: QUESTION, ...CHOICE });
}

/** A conversation whose question was asked without a title by the model, which says that an earlier request has ended. */
async function expectNoMoreRequests(count: number): Promise<void> {
  const other = await newConversation();
  upstream.next(textReply('Yes.'), textReply('Later title'));
  await app.turn(other, { parentId: null, text: 'Another one', ...CHOICE });
  await expect.poll(async () => await titleOf(other)).toBe('Later title');
  expect(upstream.requests).toHaveLength(count + 2);
}

describe('a title by the model', () => {
  test.each(PROVIDERS)('replaces the one from the question, through %s', async (provider) => {
    const id = await newConversation();
    upstream.next(textReply('Because of the air.'), textReply('Colour of the sky'));
    await app.turn(id, { parentId: null, text: QUESTION, provider, model: 'any' });
    await expect.poll(async () => await titleOf(id)).toBe('Colour of the sky');
    expect(upstream.requests).toHaveLength(2);
    const sent = JSON.stringify((await upstream.request(1)).json);
    expect(sent).toContain(QUESTION);
    expect(sent).toContain('Because of the air.');
    // Its tokens are counted.
    expect((await view(id)).earlierNumbers.usedTokens).toBeGreaterThan(0);
  });

  test.each([
    ['"**Colour of the sky**"', 'Colour of the sky'],
    ['# Colour of the sky\n\nI chose this title because it is short.', 'Colour of the sky'],
    ['Colour \u202eof\u0000 the\tsky', 'Colour of the sky'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['long '.repeat(40), `${'long '.repeat(12).trim()}…`],
  ])('%j is cleaned', async (reply, expected) => {
    const id = await newConversation();
    await ask(id, textReply('Because.'), textReply(reply));
    await expect.poll(async () => await titleOf(id)).toBe(expected);
  });

  test.each<[string, FakeReply]>([
    ['fails', { kind: 'error', status: 500 }],
    ['is cut', textReply('Half a title', { fault: { kind: 'cut', afterFrames: 2 } })],
    ['is empty', textReply('\n \n')],
    ['never ends', textReply('word '.repeat(2000))],
  ])('stays the one from the question if the request %s', async (_name, reply) => {
    const id = await newConversation();
    await ask(id, textReply('Because.'), reply);
    await expect.poll(() => upstream.requests.length).toBe(2);
    await expectNoMoreRequests(2);
    expect(await titleOf(id)).toBe(QUESTION);
  });

  test('is requested once, and not if the user typed one', async () => {
    const id = await newConversation();
    await ask(id, textReply('Because.'), textReply('First title'));
    await expect.poll(async () => await titleOf(id)).toBe('First title');
    const last = (await view(id)).messages.at(-1)?.id ?? '';
    upstream.next(textReply('More.'));
    await app.turn(id, { parentId: last, text: 'And then?', ...CHOICE });
    const typed = await newConversation();
    await app.request('PATCH', `/api/conversations/${typed}`, { title: 'Typed' });
    await ask(typed, textReply('Because.'));
    await expectNoMoreRequests(4);
    expect([await titleOf(id), await titleOf(typed)]).toEqual(['First title', 'Typed']);
  });

  test('never replaces a title that the user typed meanwhile', async () => {
    const id = await newConversation();
    await ask(id, textReply('Because.'), textReply('By the model', { deltaDelayMs: 200 }));
    await app.request('PATCH', `/api/conversations/${id}`, { title: 'Typed' });
    const request = await upstream.request(1);
    await request.closed;
    await expect.poll(async () => (await view(id)).earlierNumbers.usedTokens).toBeGreaterThan(0);
    expect(await titleOf(id)).toBe('Typed');
  });

  test('is not requested by default', async () => {
    await app.request('PATCH', '/api/privacy', { titlesByModel: false });
    const id = await newConversation();
    await ask(id, textReply('Because.'));
    await app.request('PATCH', '/api/privacy', { titlesByModel: true });
    await expectNoMoreRequests(1);
    expect(await titleOf(id)).toBe(QUESTION);
  });

  test('is not requested for a private chat, also when it is kept', async () => {
    const { id } = v.parse(WithId, await app.request('POST', '/api/private-chats', CHOICE));
    await ask(id, textReply('Because.'));
    expect(await titleOf(id)).toBe('Private chat');
    await app.request('POST', `/api/private-chats/${id}/keep`);
    await expectNoMoreRequests(1);
    expect(await titleOf(id)).toBe(QUESTION);
  });

  test('is requested once for a comparison', async () => {
    const id = await newConversation();
    upstream.respond(({ json }) =>
      textReply(JSON.stringify(json).includes('Write a title') ? 'Compared' : 'Because.'),
    );
    const compareWith = [{ ...CHOICE, model: 'other' }];
    await app.turn(id, { parentId: null, text: QUESTION, ...CHOICE, compareWith });
    await expect.poll(async () => await titleOf(id)).toBe('Compared');
    upstream.respond(undefined);
    await expectNoMoreRequests(3);
  });

  test('ends when the vault is locked', async () => {
    const id = await newConversation();
    const stalled = textReply('Never finished title', { fault: { kind: 'stall', afterFrames: 2 } });
    await ask(id, textReply('Because.'), stalled);
    const request = await upstream.request(1);
    await app.request('POST', '/api/lock');
    expect(await request.closed).toBe('left');
    await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
    expect(await titleOf(id)).toBe(QUESTION);
  });
});
