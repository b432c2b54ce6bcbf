import { revealSecret } from '@postern/kernel';
import { textReply, type FakeReply, type RecordedRequest } from '@postern/testing';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const DAY_MS = 86_400_000;
const NEVER = textReply('never', { fault: { kind: 'stall', afterFrames: 0 } });
const KEEPS = { keySettings: { idempotencyMs: DAY_MS } };

interface Sent {
  readonly path?: string;
  readonly changes?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function send(key: string, { path = CHAT, changes, headers, signal }: Sent = {}) {
  return await fetch(world.running.url + path, {
    method: 'POST',
    signal: signal ?? null,
    headers: { 'x-api-key': world.running.key, 'idempotency-key': key, ...headers },
    body: JSON.stringify({
      ...{ model: 'm', max_tokens: 500, messages: [{ role: 'user', content: 'hi' }] },
      ...changes,
    }),
  });
}

/** Has the provider answer when the returned function is called. */
function holdAnswer(reply: FakeReply = textReply('slow')): () => void {
  const { promise, resolve } = Promise.withResolvers<FakeReply>();
  let isFirst = true;
  world.upstream.respond(() => {
    if (!isFirst) return undefined;
    isFirst = false;
    return promise;
  });
  return () => {
    resolve(reply);
  };
}

/** Sends a request, and disconnects when the provider has it. Resolves when the gateway has seen that. */
async function sendAndLeave(key: string, changes: object = {}): Promise<RecordedRequest> {
  const leave = new AbortController();
  const sent = send(key, { signal: leave.signal, changes });
  const request = await world.upstream.request(0);
  leave.abort();
  await expect(sent).rejects.toThrow();
  const { server } = world.running;
  await expect.poll(async () => await promisify(server.getConnections.bind(server))()).toBe(0);
  return request;
}

const isReplayed = (response: Response): boolean =>
  response.headers.get('idempotent-replayed') === 'true';

async function codeOf(response: Response): Promise<readonly [number, string | undefined]> {
  const text = await response.text();
  const code = /GATEWAY_\w+|REQUEST_INVALID/.exec(text)?.[0];
  // An error of the Messages API has no code.
  const isDifferent = text.includes('was used for a different request');
  return [response.status, isDifferent ? 'GATEWAY_IDEMPOTENCY_DIFFERENT' : code];
}

describe('a repetition with the same idempotency key', () => {
  it.each([
    ['passed through', CHAT, {}],
    ['translated', MESSAGES, { model: 'openai/m', top_k: 3 }],
  ])(
    'gets the recorded answer, %s, and the provider gets one request',
    async (_, path, changes) => {
      await world.start(KEEPS);
      const call = { path, changes };
      const first = await send('one', call);
      const body = await first.text();
      expect([first.status, isReplayed(first)]).toEqual([200, false]);
      const second = await send('one', call);
      expect([second.status, isReplayed(second), await second.text()]).toEqual([200, true, body]);
      for (const name of [
        'content-type',
        'content-length',
        'x-postern-warnings',
        'cache-control',
      ]) {
        expect(second.headers.get(name)).toBe(first.headers.get(name));
      }
      const idHeader = path === CHAT ? 'x-request-id' : 'request-id';
      expect(second.headers.get(idHeader)).toMatch(/^req_/);
      expect(second.headers.get(idHeader)).not.toBe(first.headers.get(idHeader));
      expect(world.upstream.requests).toHaveLength(1);
      expect(world.running.entries).toHaveLength(1);
    },
  );

  it('gets 409 while the first one runs, and then its answer', async () => {
    await world.start(KEEPS);
    const answer = holdAnswer();
    const first = send('one');
    await world.upstream.request(0);
    const second = await send('one');
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await codeOf(second)).toEqual([409, 'GATEWAY_IDEMPOTENCY_RUNNING']);
    answer();
    const body = await (await first).text();
    expect(await (await send('one')).text()).toBe(body);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it('sent 50 times at once reaches the provider once', async () => {
    await world.start(KEEPS);
    const answer = holdAnswer();
    const statuses: number[] = [];
    const requests = Array.from({ length: 50 }, async () => {
      const response = await send('one');
      statuses.push(response.status);
      await response.text();
      if (statuses.length === 49) answer();
    });
    await Promise.all(requests);
    expect(statuses).toEqual([...Array.from({ length: 49 }, () => 409), 200]);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it.each<[string, Sent]>([
    ['another body', { changes: { max_tokens: 501 } }],
    ['another endpoint', { path: MESSAGES }],
  ])('is refused with %s', async (_name, changed) => {
    await world.start(KEEPS);
    await (await send('one')).text();
    const other = await send('one', changed);
    expect(other.headers.get('x-should-retry')).toBe('false');
    expect(await codeOf(other)).toEqual([422, 'GATEWAY_IDEMPOTENCY_DIFFERENT']);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it('runs again after an error, also one in the middle of the answer', async () => {
    await world.start(KEEPS);
    world.upstream.next(
      { kind: 'error', status: 500, message: 'no' },
      { kind: 'error', status: 429, message: 'no' },
      { kind: 'error', status: 400, message: 'no' },
      { kind: 'hang-up' },
      textReply('a b c', { fault: { kind: 'cut' }, chunking: { bytes: 50 }, deltaDelayMs: 10 }),
    );
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      const response = await send('one');
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([500, 429, 400, 502, 502, 200]);
    expect(isReplayed(await send('one'))).toBe(true);
    expect(world.upstream.requests).toHaveLength(6);
  });
});

describe('a client that leaves', () => {
  it('finds the answer of its request when it asks again', async () => {
    await world.start(KEEPS);
    const answer = holdAnswer();
    const request = await sendAndLeave('one');
    answer();
    expect(await request.closed).toBe('finished');
    await expect.poll(() => world.running.entries.length).toBe(1);
    expect(world.running.entries[0]).toMatchObject({ status: 200, ending: 'complete' });
    const second = await send('one');
    expect([second.status, isReplayed(second)]).toEqual([200, true]);
    expect(await second.text()).toContain('slow');
    expect(world.upstream.requests).toHaveLength(1);
    await expect.poll(() => world.running.gateway.runningCalls).toBe(0);
  });

  it('ends a stream', async () => {
    await world.start(KEEPS);
    world.upstream.next(NEVER);
    const request = await sendAndLeave('one', { stream: true });
    expect(await request.closed).toBe('left');
  });

  it.each(['a failing provider', 'a stop of the gateway', 'a revoked key'])(
    'has its call ended by %s, and its repetition runs',
    async (reason) => {
      await world.start(KEEPS);
      const fails = reason === 'a failing provider';
      const answer = fails ? holdAnswer({ kind: 'error', status: 500, message: 'no' }) : undefined;
      if (!fails) world.upstream.next(NEVER);
      const request = await sendAndLeave('one');
      const { gateway, store, keyId } = world.running;
      answer?.();
      if (reason === 'a stop of the gateway') await gateway.drain(0, 'draining');
      if (reason === 'a revoked key') store.keys.revoke(keyId);
      expect(await request.closed).toBe(fails ? 'finished' : 'left');
      await expect.poll(() => gateway.runningCalls).toBe(0);
      if (reason === 'a revoked key') return;
      gateway.resume();
      const second = await send('one');
      expect([second.status, isReplayed(second)]).toEqual([200, false]);
    },
  );
});

describe('what is not recorded', () => {
  it('is anything of a key that does not ask for it', async () => {
    await world.start();
    for (let at = 0; at < 2; at += 1) expect(isReplayed(await send('one'))).toBe(false);
    expect(world.upstream.requests).toHaveLength(2);
  });

  it.each([
    ['passed through', {}],
    ['translated', { path: MESSAGES, changes: { model: 'openai/m', top_k: 3 } }],
  ])('is a stream, %s, and a warning says so', async (_name, call: Sent) => {
    await world.start(KEEPS);
    const changes = { ...call.changes, stream: true };
    for (let at = 0; at < 2; at += 1) {
      const response = await send('one', { ...call, changes });
      const warnings = response.headers.get('x-postern-warnings');
      expect(warnings).toMatch(/^dropped;path="idempotency-key";reason="a stream/);
      expect(warnings?.includes('top_k') ?? false).toBe(false);
      expect(warnings?.includes('topK')).toBe(call.path === MESSAGES);
      expect(await response.text()).not.toBe('');
    }
    expect(world.upstream.requests).toHaveLength(2);
  });

  it('is an answer of more than 1 MB, which is complete and has a warning', async () => {
    await world.start(KEEPS);
    const text = 'long '.repeat(220_000);
    world.upstream.respond(() => textReply(text, { chunking: { bytes: 65_536 } }));
    for (let at = 0; at < 2; at += 1) {
      const response = await send('one');
      expect(response.headers.get('x-postern-warnings')).toContain('too long to be recorded');
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: text } }] });
    }
    expect(world.upstream.requests).toHaveLength(2);
  });

  it('is a count of tokens', async () => {
    await world.start(KEEPS);
    for (let at = 0; at < 2; at += 1) {
      const response = await send('one', { path: `${MESSAGES}/count_tokens` });
      expect([response.status, isReplayed(response)]).toEqual([200, false]);
    }
  });
});

describe('an idempotency key', () => {
  it.each([
    ['is empty', ''],
    ['is longer than 255 characters', 'x'.repeat(256)],
    ['has other characters than ASCII', 'ключ'.replace(/./g, '\u00e9')],
  ])('is refused if it %s', async (_name, key) => {
    await world.start(KEEPS);
    expect(await codeOf(await send(key))).toEqual([400, 'REQUEST_INVALID']);
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('of one gateway key is not that of another', async () => {
    await world.start(KEEPS);
    await (await send('one')).text();
    const settings = { models: 'all', idempotencyMs: DAY_MS } as const;
    const other = world.running.store.keys.create({ name: 'other', settings });
    if (!other.ok) throw new Error('no key');
    const headers = { 'x-api-key': revealSecret(other.value.key) };
    expect(isReplayed(await send('one', { headers }))).toBe(false);
    expect(world.upstream.requests).toHaveLength(2);
  });
});

describe('a recorded answer', () => {
  it('counts as a request, and costs nothing', async () => {
    await world.start({
      prices: { 'openai/*': { input: 0, output: 0, request: 0.01 } },
      keySettings: {
        idempotencyMs: DAY_MS,
        limits: { requestsPerMinute: 2 },
        budget: { amountMicroUsd: 10_000, period: 'day' },
      },
    });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const response = await send('one');
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect(world.running.entries.map(({ costMicroUsd }) => costMicroUsd)).toEqual([10_000]);
  });

  it('is not for a key that may no longer call the model, or is revoked', async () => {
    await world.start(KEEPS);
    const { keys } = world.running.store;
    const { keyId } = world.running;
    await (await send('one')).text();
    keys.update(keyId, { models: ['other'] });
    expect(await codeOf(await send('one'))).toEqual([404, 'GATEWAY_MODEL_UNKNOWN']);
    keys.update(keyId, { models: 'all' });
    expect(isReplayed(await send('one'))).toBe(true);
    keys.revoke(keyId);
    expect(await codeOf(await send('one'))).toEqual([401, 'GATEWAY_KEY_REQUIRED']);
  });

  it('is deleted when the key no longer keeps answers', async () => {
    await world.start(KEEPS);
    const { keys } = world.running.store;
    const { keyId } = world.running;
    await (await send('one')).text();
    keys.update(keyId, { idempotencyMs: undefined });
    keys.update(keyId, { idempotencyMs: DAY_MS });
    expect(isReplayed(await send('one'))).toBe(false);
    expect(world.upstream.requests).toHaveLength(2);
  });
});
