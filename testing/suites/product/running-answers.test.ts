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

const TURN = { text: 'Go on', provider: 'box', model: 'any' };
const WORDS = Array.from({ length: 60 }, (_, at) => `word${String(at)} `);
const TEXT = WORDS.join('');

const Message = v.object({
  id: v.string(),
  role: v.string(),
  status: v.string(),
  parts: v.array(v.object({ text: v.string() })),
  failure: v.optional(v.object({ code: v.string() })),
});
const View = v.object({ messages: v.array(Message) });

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
  app = await signIn(postern.launchUrl);
}

async function newConversation(): Promise<string> {
  return v.parse(v.object({ id: v.string() }), await app.request('POST', '/api/conversations', {}))
    .id;
}

/** An event stream of the app API, as far as it has been read. */
interface OpenStream {
  readonly status: number;
  /** Reads until the text has arrived. */
  until(text: string): Promise<void>;
  /** Reads to the end. Returns the shown text, and the status of the stored answer. */
  toEnd(): Promise<readonly [string, string]>;
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
    until: async (text) => {
      while (!received.includes(text)) expect(await read()).toBe(true);
    },
    toEnd: async () => {
      while (await read());
      return textOf(received);
    },
    leave: () => {
      leaving.abort();
    },
  };
}

const Event = v.union([
  v.object({ kind: v.picklist(['started', 'done']), answer: Message }),
  v.object({ kind: v.literal('answer'), event: v.looseObject({ kind: v.string() }) }),
]);
const Delta = v.object({ kind: v.literal('part-delta'), delta: v.object({ text: v.string() }) });

/** What a page shows, and the status of the answer in the final event. */
function textOf(received: string): readonly [string, string] {
  let [text, status] = ['', 'cut'];
  for (const { data } of expectOk(sseParser().push(encodeUtf8(received)))) {
    const event = v.parse(Event, JSON.parse(data));
    if (event.kind === 'started') text = event.answer.parts.map((part) => part.text).join('');
    if (event.kind === 'done') ({ status } = event.answer);
    if (event.kind !== 'answer') continue;
    const delta = v.safeParse(Delta, event.event);
    if (delta.success) text += delta.output.delta.text;
  }
  return [text, status];
}

/** Starts an answer, and returns when its first words have arrived. */
async function startAnswer(
  reply: FakeReply,
): Promise<{ readonly id: string; readonly page: OpenStream; readonly request: RecordedRequest }> {
  const id = await newConversation();
  const index = upstream.requests.length;
  upstream.next(reply);
  const turn = { parentId: null, ...TURN };
  const page = await openStream('POST', `/api/conversations/${id}/turns`, turn);
  await page.until('word3');
  return { id, page, request: await upstream.request(index) };
}

const paced = (): FakeReply => textReply(TEXT, { deltaDelayMs: 20 });
/** Stops sending after some words, until the client leaves. */
const stalled = (): FakeReply => textReply(TEXT, { fault: { kind: 'stall', afterFrames: 10 } });

async function storedAnswer(id: string): Promise<v.InferOutput<typeof Message>> {
  const view = v.parse(View, await app.request('GET', `/api/conversations/${id}`));
  const answer = view.messages.find(({ role }) => role === 'assistant');
  if (answer === undefined) throw new Error('no answer is stored');
  return answer;
}

describe('an answer in the process', () => {
  test('goes on when its page leaves, and other pages get all of it', async () => {
    const { id, page, request } = await startAnswer(paced());
    const second = await openStream('GET', `/api/conversations/${id}/answer`);
    await second.until('word8');
    page.leave();
    second.leave();
    const third = await openStream('GET', `/api/conversations/${id}/answer`);
    expect(await third.toEnd()).toEqual([TEXT, 'complete']);
    expect(await request.closed).toBe('finished');
    expect((await openStream('GET', `/api/conversations/${id}/answer`)).status).toBe(204);
    expect(await storedAnswer(id)).toMatchObject({ status: 'complete', parts: [{ text: TEXT }] });
  });

  test('goes on without any page, and is stored', async () => {
    const { id, page, request } = await startAnswer(paced());
    page.leave();
    expect(await request.closed).toBe('finished');
    await expect
      .poll(async () => await storedAnswer(id))
      .toMatchObject({ status: 'complete', parts: [{ text: TEXT }] });
  });

  test('ends when it is stopped, with what has arrived', async () => {
    const { id, page, request } = await startAnswer(stalled());
    page.leave();
    const other = await openStream('GET', `/api/conversations/${id}/answer`);
    await app.request('POST', `/api/conversations/${id}/stop`);
    const [text, status] = await other.toEnd();
    expect([status, TEXT.startsWith(text)]).toEqual(['interrupted', true]);
    expect(text).toContain('word3');
    expect(await request.closed).toBe('left');
    expect(await storedAnswer(id)).toMatchObject({
      ...{ status: 'interrupted', parts: [{ text }], failure: { code: 'REQUEST_CANCELLED' } },
    });
  });

  test('ends when its conversation is deleted', async () => {
    const { id, page, request } = await startAnswer(stalled());
    await app.request('DELETE', `/api/conversations/${id}`);
    expect(await request.closed).toBe('left');
    const [, status] = await page.toEnd();
    expect(status).toBe('cut');
  });

  test('ends when it is longer than 8 million characters', async () => {
    const id = await newConversation();
    const deltas = Array.from({ length: 20 }, () => 'x'.repeat(500_000));
    const parts = [{ kind: 'text', text: deltas.join(''), deltas }] as const;
    upstream.next({ kind: 'answer', parts });
    const turn = { parentId: null, ...TURN };
    const page = await openStream('POST', `/api/conversations/${id}/turns`, turn);
    const [text, status] = await page.toEnd();
    expect([status, text.length]).toEqual(['failed', 8_000_000]);
  });

  test('runs beside at most 15 others', async () => {
    const ids: string[] = [];
    upstream.respond(stalled);
    const begin = async (): Promise<number> => {
      const id = await newConversation();
      ids.push(id);
      const turn = { parentId: null, ...TURN };
      const page = await openStream('POST', `/api/conversations/${id}/turns`, turn);
      page.leave();
      return page.status;
    };
    for (let count = 0; count < 16; count += 1) expect(await begin()).toBe(200);
    expect(await begin()).toBe(429);
    for (const id of ids) await app.request('POST', `/api/conversations/${id}/stop`);
    await expect.poll(begin).toBe(200);
    for (const id of ids) await app.request('POST', `/api/conversations/${id}/stop`);
  });

  test('ends when the vault is locked, and is saved before', async () => {
    const { id, page, request } = await startAnswer(stalled());
    page.leave();
    expect(await runPostern(['vault', 'lock'], options)).toMatchObject({ code: 0 });
    expect(await request.closed).toBe('left');
    await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
    const { status, parts, failure } = await storedAnswer(id);
    expect([status, parts[0]?.text.includes('word3')]).toEqual(['interrupted', true]);
    // Nobody stopped it.
    expect(failure).toBeUndefined();
  });

  test.each([
    ['postern stop', async () => await runPostern(['stop'], options)],
    ['SIGTERM', async () => await postern.stop()],
  ])('ends at %s, and is saved before', async (_name, stop) => {
    const { id, page, request } = await startAnswer(stalled());
    page.leave();
    await stop();
    expect(await request.closed).toBe('left');
    await postern.program.ended;
    await start();
    const { status, parts, failure } = await storedAnswer(id);
    expect([status, parts[0]?.text.includes('word3')]).toEqual(['interrupted', true]);
    // Nobody stopped it.
    expect(failure).toBeUndefined();
  });

  test('keeps all but the last half second at kill -9, and is then stored as interrupted', async () => {
    const { id, page } = await startAnswer(textReply(TEXT, { deltaDelayMs: 50 }));
    // The 50th word comes 2.5 seconds after the first.
    await page.until('word50');
    await postern.stop('SIGKILL');
    await start();
    const { status, parts } = await storedAnswer(id);
    expect(status).toBe('interrupted');
    const text = parts[0]?.text ?? '';
    expect(TEXT.startsWith(text)).toBe(true);
    // Ten words came in the last half second.
    expect(text.split(' ').length).toBeGreaterThan(40);
    expect((await openStream('GET', `/api/conversations/${id}/answer`)).status).toBe(204);
  });
});
