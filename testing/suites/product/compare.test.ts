import { encodeUtf8, expectOk, sseParser } from '@postern/kernel';
import { SESSION_HEADER } from '@postern/protocol';
import {
  runPostern,
  textReply,
  upPostern,
  type FakeReply,
  type FakeUpstream,
  type PosternOptions,
  type PosternUp,
  type RecordedRequest,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { boxHome, type BoxHome } from './box-home.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const MODELS = ['one', 'two', 'three', 'four'] as const;
const chosen = (model: string): { provider: string; model: string } => ({ provider: 'box', model });
const TURN = {
  parentId: null,
  text: 'Go on',
  ...chosen('one'),
  compareWith: MODELS.slice(1).map(chosen),
};
/** 60 words of a model. */
const textOf = (model: string): string =>
  Array.from({ length: 60 }, (_, at) => `${model}${String(at)} `).join('');

const Message = v.object({
  id: v.string(),
  role: v.string(),
  status: v.string(),
  model: v.optional(v.string()),
  parts: v.array(v.object({ text: v.string() })),
  comparison: v.optional(v.object({ id: v.string(), column: v.number() })),
});
type Message = v.InferOutput<typeof Message>;
const View = v.object({ messages: v.array(Message), choices: v.optional(v.array(v.string())) });

let place: BoxHome;
let upstream: FakeUpstream;
let options: PosternOptions;
let postern: PosternUp;
let app: AppClient;

beforeAll(async () => {
  place = await boxHome();
  ({ upstream, options } = place);
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
  postern = await upPostern(options);
  app = await signIn(postern.launchUrl, 'a'.repeat(32));
}

async function newConversation(): Promise<string> {
  const created = await app.request('POST', '/api/conversations', {});
  return v.parse(v.object({ id: v.string() }), created).id;
}

const Event = v.union([
  v.object({ kind: v.picklist(['started', 'done']), answer: Message }),
  v.object({
    kind: v.literal('answer'),
    answerId: v.string(),
    event: v.looseObject({ kind: v.string() }),
  }),
]);
const Delta = v.object({ kind: v.literal('part-delta'), delta: v.object({ text: v.string() }) });

/** What a page shows of each model’s answer, and the status of the stored one. */
function shownBy(received: string): Readonly<Record<string, readonly [string, string]>> {
  const answers = new Map<string, { model: string; text: string; status: string }>();
  for (const { data } of expectOk(sseParser().push(encodeUtf8(received)))) {
    const event = v.parse(Event, JSON.parse(data));
    if (event.kind === 'answer') {
      const answer = answers.get(event.answerId);
      const delta = v.safeParse(Delta, event.event);
      if (answer !== undefined && delta.success) answer.text += delta.output.delta.text;
      continue;
    }
    const { id, model = '', parts, status } = event.answer;
    const before = answers.get(id);
    const text = parts.map((part) => part.text).join('');
    if (event.kind === 'started') answers.set(id, { model, text, status: 'cut' });
    else if (before !== undefined) answers.set(id, { ...before, status });
  }
  return Object.fromEntries(
    [...answers.values()].map(({ model, text, status }) => [model, [text, status] as const]),
  );
}

interface OpenStream {
  readonly status: number;
  /** Reads until each text has arrived. */
  until(...texts: readonly string[]): Promise<void>;
  toEnd(): Promise<ReturnType<typeof shownBy>>;
  leave(): void;
}

async function openStream(method: string, path: string, body?: unknown): Promise<OpenStream> {
  const leaving = new AbortController();
  const response = await fetch(`${postern.pageAddress}${path}`, {
    method,
    signal: leaving.signal,
    headers: {
      'content-type': 'application/json',
      cookie: app.cookie,
      [SESSION_HEADER]: app.secret,
      'x-postern-page': 'a'.repeat(32),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = '';
  const read = async (): Promise<boolean> => {
    const chunk = await reader?.read();
    received += chunk?.value ?? '';
    return chunk?.done === false;
  };
  return {
    status: response.status,
    until: async (...texts) => {
      while (!texts.every((text) => received.includes(text))) expect(await read()).toBe(true);
    },
    toEnd: async () => {
      while (await read());
      return shownBy(received);
    },
    leave: () => {
      leaving.abort();
    },
  };
}

/** Answers as the model that is asked. */
function respond(replyOf: (model: string) => FakeReply): void {
  upstream.respond((request) => replyOf(modelOf(request)));
}

const Asked = v.object({ model: v.string() });
const modelOf = ({ json }: RecordedRequest): string => v.parse(Asked, json).model;

const paced = (model: string): FakeReply => textReply(textOf(model), { deltaDelayMs: 25 });
/** Stops sending after some words, until the client leaves. */
const stalled = (model: string): FakeReply =>
  textReply(textOf(model), { fault: { kind: 'stall', afterFrames: 10 } });

/** Starts a comparison of all models, and returns when the first words of each have arrived. */
async function compare(
  replyOf: (model: string) => FakeReply,
): Promise<{ readonly id: string; readonly page: OpenStream }> {
  const id = await newConversation();
  respond(replyOf);
  const page = await openStream('POST', `/api/conversations/${id}/turns`, TURN);
  await page.until(...MODELS.map((model) => `${model}3`));
  return { id, page };
}

async function view(id: string): Promise<v.InferOutput<typeof View>> {
  return v.parse(View, await app.request('GET', `/api/conversations/${id}`));
}

async function answersOf(id: string): Promise<readonly Message[]> {
  return (await view(id)).messages.filter(({ role }) => role === 'assistant');
}

const statuses = async (id: string): Promise<readonly string[]> =>
  (await answersOf(id)).map(({ status }) => status);

const ALL = Object.fromEntries(MODELS.map((model) => [model, [textOf(model), 'complete']]));

describe('a comparison', () => {
  test('goes on when its page leaves, and other pages get every answer whole', async () => {
    const { id, page } = await compare(paced);
    const second = await openStream('GET', `/api/conversations/${id}/answer`);
    await second.until('one8', 'four8');
    page.leave();
    second.leave();
    const third = await openStream('GET', `/api/conversations/${id}/answer`);
    expect(await third.toEnd()).toEqual(ALL);
    const answers = await answersOf(id);
    expect(answers.map(({ parts }) => parts[0]?.text)).toEqual(MODELS.map(textOf));
    expect(answers.map(({ comparison }) => comparison?.column)).toEqual([0, 1, 2, 3]);
    expect(new Set(answers.map(({ comparison }) => comparison?.id)).size).toBe(1);
    expect((await openStream('GET', `/api/conversations/${id}/answer`)).status).toBe(204);
  });

  test('sends each model the same question', async () => {
    const index = upstream.requests.length;
    const { page } = await compare(paced);
    await page.toEnd();
    const sent = await Promise.all(
      MODELS.map(async (_, at) => (await upstream.request(index + at)).json),
    );
    const bodies = sent.map((json) =>
      JSON.stringify({ ...v.parse(v.looseObject({}), json), model: '' }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(sent.map((json) => v.parse(Asked, json).model).sort()).toEqual([...MODELS].sort());
  });

  test('has one answer stopped, and the others go on', async () => {
    const { id, page } = await compare((model) => (model === 'two' ? stalled : paced)(model));
    const two = (await answersOf(id)).find(({ model }) => model === 'two');
    await app.request('POST', `/api/conversations/${id}/stop?answer=${two?.id ?? ''}`);
    const shown = await page.toEnd();
    expect(shown['two']?.[1]).toBe('interrupted');
    expect({ ...shown, two: ALL['two'] }).toEqual(ALL);
    expect(await statuses(id)).toEqual(['complete', 'interrupted', 'complete', 'complete']);
  });

  test('is stopped whole, with what has arrived', async () => {
    const { id, page } = await compare(stalled);
    page.leave();
    await app.request('POST', `/api/conversations/${id}/stop`);
    await expect.poll(() => statuses(id)).toEqual(Array.from(MODELS, () => 'interrupted'));
    for (const { model = '', parts } of await answersOf(id)) {
      expect(parts[0]?.text).toContain(`${model}3`);
    }
    for (const request of upstream.requests) expect(await request.closed).toBe('left');
  });

  test('shows a failed answer, which is requested again in its column while others run', async () => {
    const id = await newConversation();
    respond((model) => (model === 'two' ? { kind: 'error', status: 503 } : stalled(model)));
    const page = await openStream('POST', `/api/conversations/${id}/turns`, TURN);
    await page.until('one3', '"status":"failed"');
    const [question] = (await view(id)).messages;
    const two = (await answersOf(id)).find(({ model }) => model === 'two');
    respond(paced);
    const retry = { parentId: question?.id ?? '', continues: two?.id ?? '', ...chosen('two') };
    const again = await openStream('POST', `/api/conversations/${id}/turns`, retry);
    expect(again.status).toBe(200);
    await page.until('two59');
    await expect.poll(async () => (await statuses(id))[1]).toBe('complete');
    await app.request('POST', `/api/conversations/${id}/stop`);
    expect((await again.toEnd())['two']).toEqual([textOf('two'), 'complete']);
    const five = { ...retry, inPlaceOf: two?.id ?? '', continues: undefined };
    await (await openStream('POST', `/api/conversations/${id}/turns`, five)).toEnd();
    const answers = await answersOf(id);
    expect(answers.map(({ comparison }) => comparison?.column)).toEqual([0, 1, 2, 3, 1]);
  });

  test('of four refuses a fifth answer, and any other turn', async () => {
    const { id, page } = await compare(stalled);
    const [question, first] = (await view(id)).messages;
    const send = async (changes: object): Promise<number> => {
      const turn = { parentId: question?.id, ...chosen('one'), ...changes };
      return (await openStream('POST', `/api/conversations/${id}/turns`, turn)).status;
    };
    expect(await send({ inPlaceOf: first?.id })).toBe(429);
    expect(await send({ continues: first?.id })).toBe(409);
    expect(await send({})).toBe(409);
    expect(await send({ compareWith: [chosen('two')] })).toBe(409);
    expect(await send({ parentId: null, text: 'From another page' })).toBe(409);
    expect(await send({ compareWith: MODELS.map(chosen) })).toBe(400);
    expect(await answersOf(id)).toHaveLength(4);
    await app.request('POST', `/api/conversations/${id}/stop`);
    await page.toEnd();
    // The page that sent it shows an older state, so it makes no branch.
    expect(await send({ parentId: null, text: 'From another page' })).toBe(409);
    expect(await send({ parentId: first?.id, inPlaceOf: first?.id })).toBe(404);
  });

  test('ends on other pages when an answer is chosen, and is still chosen after a restart', async () => {
    const { id, page } = await compare(paced);
    await page.toEnd();
    const events = await openStream('GET', '/api/events');
    const third = (await answersOf(id))[2]?.id ?? '';
    await app.request('PUT', `/api/conversations/${id}/choice`, { message: third });
    await events.until(`{"kind":"messages","id":"${id}"}`);
    events.leave();
    await postern.stop('SIGKILL');
    await start();
    expect((await view(id)).choices).toEqual([third]);
  });

  test('keeps all but the last half second of each at kill -9, and is then stored as interrupted', async () => {
    const { id, page } = await compare((model) => textReply(textOf(model), { deltaDelayMs: 50 }));
    await page.until(...MODELS.map((model) => `${model}50`));
    await postern.stop('SIGKILL');
    await start();
    expect(await statuses(id)).toEqual(Array.from(MODELS, () => 'interrupted'));
    for (const { model = '', parts } of await answersOf(id)) {
      const text = parts[0]?.text ?? '';
      expect(textOf(model).startsWith(text)).toBe(true);
      // Ten words came in the last half second.
      expect(text.split(' ').length).toBeGreaterThan(40);
    }
  });

  test('ends when the vault is locked, and is saved before', async () => {
    const { id, page } = await compare(stalled);
    page.leave();
    expect(await runPostern(['vault', 'lock'], options)).toMatchObject({ code: 0 });
    await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
    expect(await statuses(id)).toEqual(Array.from(MODELS, () => 'interrupted'));
  });

  test('in a private chat is gone with it, and each answer is stopped', async () => {
    const begun = await app.request('POST', '/api/private-chats', chosen('one'));
    const { id } = v.parse(v.object({ id: v.string() }), begun);
    respond(stalled);
    const page = await openStream('POST', `/api/conversations/${id}/turns`, TURN);
    await page.until('one3', 'four3');
    await app.request('DELETE', `/api/private-chats/${id}`);
    for (const request of upstream.requests) expect(await request.closed).toBe('left');
    await expect(view(id)).rejects.toThrow(/404/);
  });
});
