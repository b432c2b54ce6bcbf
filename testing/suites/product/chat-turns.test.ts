import type { JsonValue } from '@postern/kernel';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  textReply,
  upPostern,
  type FakeUpstream,
  type PosternUp,
  type FakeReply,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { boxHome, type BoxHome } from './box-home.ts';

const MODEL = { provider: 'box', model: 'any' };

const Message = v.object({
  id: v.string(),
  parentId: v.nullable(v.string()),
  role: v.string(),
  status: v.string(),
  parts: v.array(v.object({ text: v.string() })),
  edited: v.optional(v.boolean()),
  stopReason: v.optional(v.string()),
  usage: v.optional(v.object({ outputTokens: v.number() })),
  failure: v.optional(v.object({ code: v.string(), retryAfterMs: v.optional(v.number()) })),
});
type StoredMessage = v.InferOutput<typeof Message>;
const View = v.object({
  conversation: v.object({ id: v.string(), title: v.string() }),
  messages: v.array(Message),
  choices: v.optional(v.array(v.string())),
});

let place: BoxHome;
let upstream: FakeUpstream;
let postern: PosternUp;
let app: AppClient;

beforeAll(async () => {
  place = await boxHome();
  ({ upstream } = place);
  await start();
});

afterAll(async () => {
  await postern.stop();
  await place[Symbol.asyncDispose]();
});

afterEach(() => {
  upstream.reset();
});

async function start(): Promise<void> {
  postern = await upPostern(place.options);
  app = await signIn(postern.launchUrl);
}

const Id = v.object({ id: v.string() });

async function viewOf(id: string): Promise<v.InferOutput<typeof View>> {
  return v.parse(View, await app.request('GET', `/api/conversations/${id}`));
}

const textOf = ({ parts }: StoredMessage): string => parts.map(({ text }) => text).join('|');

/** Starts a chat and waits for its answer. */
async function ask(question: string, reply: FakeReply): Promise<string> {
  const { id } = v.parse(Id, await app.request('POST', '/api/conversations', { title: question }));
  upstream.next(reply);
  await app.turn(id, { parentId: null, text: question, ...MODEL });
  return id;
}

async function messagesOf(id: string): Promise<readonly [StoredMessage, StoredMessage]> {
  const [question, answer] = (await viewOf(id)).messages;
  if (question === undefined || answer === undefined) throw new Error('no answer is stored');
  return [question, answer];
}

async function continueAnswer(id: string, reply: FakeReply): Promise<StoredMessage> {
  const [question, answer] = await messagesOf(id);
  upstream.next(reply);
  await app.turn(id, { parentId: question.id, continues: answer.id, ...MODEL });
  return (await messagesOf(id))[1];
}

const cutReply = (text: string): FakeReply => ({
  kind: 'answer',
  parts: [{ kind: 'text', text }],
  stop: 'max-tokens',
});

async function lastTurns(): Promise<readonly { readonly role: string }[]> {
  const { json } = await upstream.request(upstream.requests.length - 1);
  return v.parse(v.object({ messages: v.array(v.looseObject({ role: v.string() })) }), json)
    .messages;
}

describe('an answer that was cut at the token limit', () => {
  test('goes on in the same message, without the words that the model repeats', async () => {
    const id = await ask('limit', cutReply('The gate of the old city wall was nar'));
    const first = (await messagesOf(id))[1];
    expect(first).toMatchObject({ status: 'complete', stopReason: 'max-tokens' });
    const whole = 'The gate of the old city wall was narrow.';
    const answer = await continueAnswer(id, textReply(whole));
    expect(answer).toMatchObject({ id: first.id, status: 'complete', stopReason: 'end' });
    expect(textOf(answer)).toBe(whole);
    expect(answer.usage?.outputTokens).toBeGreaterThan(first.usage?.outputTokens ?? 0);
    expect((await viewOf(id)).messages).toHaveLength(2);
    const turns = await lastTurns();
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(turns.at(-1))).toContain('old city wall was nar');
  });

  test('keeps what it has if the continuation fails, and can go on after that', async () => {
    const id = await ask('fails', cutReply('One two three four five six'));
    const failed = await continueAnswer(id, { kind: 'error', status: 429, retryAfter: 7 });
    expect(textOf(failed)).toBe('One two three four five six');
    expect(failed).toMatchObject({
      status: 'failed',
      failure: { code: 'UPSTREAM_RATE_LIMITED', retryAfterMs: 7000 },
    });
    const cut = { kind: 'cut', afterFrames: 12 } as const;
    const more = 'One two three four five six seven eight nine ten eleven twelve';
    const interrupted = await continueAnswer(id, textReply(more, { fault: cut }));
    expect(textOf(interrupted).startsWith('One two three four five six seven')).toBe(true);
    expect(interrupted).not.toHaveProperty('stopReason');
    const whole = await continueAnswer(id, textReply(' and more.'));
    expect(whole.status).toBe('complete');
    expect(textOf(whole).startsWith(textOf(interrupted))).toBe(true);
    expect(whole).not.toHaveProperty('failure');
  });

  test('keeps what it has at kill -9, and is then marked as interrupted', async () => {
    const id = await ask('killed', cutReply('One two three four five six'));
    const [question, answer] = await messagesOf(id);
    upstream.next(textReply('and seven', { fault: { kind: 'stall', afterFrames: 3 } }));
    const index = upstream.requests.length;
    const turn = { parentId: question.id, continues: answer.id, ...MODEL };
    const cut = app.turn(id, turn).catch(() => 'cut');
    await upstream.request(index);
    await postern.stop('SIGKILL');
    expect(await cut).toBe('cut');
    await start();
    const [, after] = await messagesOf(id);
    expect(after.status).toBe('interrupted');
    expect(textOf(after).startsWith('One two three four five six')).toBe(true);
    expect((await viewOf(id)).messages).toHaveLength(2);
  });

  test('is not continued as the answer to another question, or twice at once', async () => {
    const id = await ask('refused', cutReply('One two three four five six'));
    const [question, answer] = await messagesOf(id);
    for (const turn of [
      { parentId: null, continues: answer.id },
      { parentId: question.id, continues: question.id },
      { parentId: question.id, continues: '0'.repeat(26) },
      { parentId: question.id, continues: answer.id, text: 'x' },
    ]) {
      await expect(app.turn(id, { ...turn, ...MODEL })).rejects.toThrow('404');
    }
    upstream.next(textReply('x', { fault: { kind: 'stall', afterFrames: 2 } }));
    const turn = { parentId: question.id, continues: answer.id, ...MODEL };
    const index = upstream.requests.length;
    const first = app.turn(id, turn);
    await upstream.request(index);
    await expect(app.turn(id, turn)).rejects.toThrow('ANSWER_RUNNING');
    await app.request('POST', `/api/conversations/${id}/stop`);
    await first;
    expect(textOf((await messagesOf(id))[1])).toContain('One two three four five six');
  });
});

describe('a server that goes on with an unfinished answer', () => {
  test('gets it as the last message, without the white space at its end', async () => {
    const file = join(place.home.path, '.config', 'postern', 'config.json');
    const before = readFileSync(file, 'utf8');
    const Config = v.object({ providers: v.object({ box: v.looseObject({}) }) });
    const { box } = v.parse(Config, JSON.parse(before)).providers;
    const quirks = { continuesAnswers: true };
    await postern.stop();
    writeFileSync(file, JSON.stringify({ providers: { box: { ...box, quirks } } }));
    await start();
    const id = await ask('prefill', cutReply('The gate was \n'));
    const answer = await continueAnswer(id, textReply('\nnarrow.'));
    expect(textOf(answer)).toBe('The gate was \nnarrow.');
    expect(await lastTurns()).toEqual([
      { role: 'user', content: 'prefill' },
      { role: 'assistant', content: 'The gate was' },
    ]);
    await postern.stop();
    writeFileSync(file, before);
    await start();
  });
});

describe('an answer without content', () => {
  test.each([
    ['3', 3000],
    ['1000000000', 24 * 3_600_000],
    ['1e9', undefined],
    ['-5', 0],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ])('that failed with retry-after: %s is requested again in its place', async (value, wait) => {
    const headers = { 'retry-after': value };
    const id = await ask('busy', { kind: 'error', status: 429, headers });
    const [, failed] = await messagesOf(id);
    expect(failed.failure?.code).toBe('UPSTREAM_RATE_LIMITED');
    expect(failed.failure?.retryAfterMs).toBe(wait);
    const answer = await continueAnswer(id, textReply('Here it is.'));
    expect(answer).toMatchObject({ id: failed.id, status: 'complete' });
    expect(textOf(answer)).toBe('Here it is.');
    expect(await lastTurns()).toHaveLength(1);
  });
});

describe('messages', () => {
  test('are edited beside the original, without a request to a model', async () => {
    const id = await ask('edit', textReply('Answer.'));
    const [question, answer] = await messagesOf(id);
    const asked = upstream.requests.length;
    const path = `/api/conversations/${id}/messages`;
    await app.request('POST', path, { message: question.id, text: 'another' });
    await app.request('POST', path, { message: answer.id, text: 'Better.' });
    expect(upstream.requests).toHaveLength(asked);
    const { messages } = await viewOf(id);
    expect(messages.map((each) => [textOf(each), each.parentId, each.edited])).toEqual([
      ['edit', null, undefined],
      ['Answer.', question.id, undefined],
      ['another', null, undefined],
      ['Better.', question.id, true],
    ]);
  });

  test('that were edited by two pages at once are both kept', async () => {
    const id = await ask('both', textReply('Answer.'));
    const [question] = await messagesOf(id);
    const path = `/api/conversations/${id}/messages`;
    const edit = async (text: string): Promise<JsonValue> =>
      await app.request('POST', path, { message: question.id, text });
    await Promise.all([edit('first page'), edit('second page')]);
    const texts = (await viewOf(id)).messages.map(textOf);
    expect(texts.sort()).toEqual(['Answer.', 'both', 'first page', 'second page']);
  });

  test('that were chosen are chosen after a restart', async () => {
    const id = await ask('choose', textReply('First.'));
    const [question, first] = await messagesOf(id);
    upstream.next(textReply('Second.'));
    await app.turn(id, { parentId: question.id, ...MODEL });
    await app.request('PUT', `/api/conversations/${id}/choice`, { message: first.id });
    await postern.stop('SIGKILL');
    await start();
    expect((await viewOf(id)).choices).toEqual([first.id]);
  });

  test('are forked with what has arrived of a running answer', async () => {
    const id = await ask('fork', textReply('First.'));
    const [, first] = await messagesOf(id);
    const index = upstream.requests.length;
    upstream.next(textReply('one two three four', { fault: { kind: 'stall', afterFrames: 4 } }));
    const turn = app.turn(id, { parentId: first.id, text: 'more', ...MODEL });
    await upstream.request(index);
    const running = async (): Promise<StoredMessage | undefined> =>
      (await viewOf(id)).messages.find(
        ({ status, parts }) => status === 'streaming' && parts.length > 0,
      );
    await expect.poll(running).toBeDefined();
    const message = (await running())?.id;
    const forked = await app.request('POST', `/api/conversations/${id}/fork`, { message });
    const fork = await viewOf(v.parse(Id, forked).id);
    expect(fork.conversation.title).toBe('fork (fork)');
    expect(fork.messages.map(({ status }) => status)).toEqual([
      'complete',
      'complete',
      'complete',
      'interrupted',
    ]);
    expect(textOf(fork.messages[3] ?? first)).toContain('one two');
    await app.request('POST', `/api/conversations/${id}/stop`);
    await turn;
    expect((await viewOf(fork.conversation.id)).messages).toEqual(fork.messages);
  });

  test('are deleted with the answer that runs among them, which is stopped and kept for Undo', async () => {
    const id = await ask('delete', textReply('First.'));
    const [question, first] = await messagesOf(id);
    const index = upstream.requests.length;
    upstream.next(textReply('one two three four', { fault: { kind: 'stall', afterFrames: 4 } }));
    const turn = app.turn(id, { parentId: first.id, text: 'more', ...MODEL });
    const request = await upstream.request(index);
    const path = `/api/conversations/${id}/messages/${first.id}`;
    await app.request('DELETE', path);
    expect(await request.closed).toBe('left');
    await turn;
    expect((await viewOf(id)).messages.map((each) => each.id)).toEqual([question.id]);
    await app.request('POST', `${path}/restore`);
    const restored = (await viewOf(id)).messages;
    expect(restored.map(({ status }) => status)).toEqual([
      'complete',
      'complete',
      'complete',
      'interrupted',
    ]);
  });
});
