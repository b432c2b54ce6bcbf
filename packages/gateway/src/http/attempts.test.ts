import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();

const start = async (attempts: number): Promise<void> => {
  await world.start({ routing: { retries: { attempts, baseDelayMs: 1, maxDelayMs: 50 } } });
};

const send = (): Promise<Response> => world.post('/v1/messages', { stream: true });

const overloaded = textReply('a', {
  fault: { kind: 'error-event', afterFrames: 0, errorType: 'overloaded_error' },
});
const error = (status: number, changes: object = {}): FakeReply => ({
  kind: 'error',
  status,
  ...changes,
});
const EARLY = [
  ['a connection that is closed', { kind: 'hang-up' }],
  ['a status', error(503)],
  ['an error event that opens the stream', overloaded],
] as const;

describe('an attempt that fails before the first byte', () => {
  it.each(EARLY)('is followed by another one: %s', async (_name, reply) => {
    await start(3);
    world.upstream.next(reply, reply, textReply('third time lucky'));
    const response = await send();
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('message_stop');
    expect(world.upstream.requests).toHaveLength(3);
    expect(world.running.entries.map(({ status, ending }) => [status, ending])).toEqual([
      [200, 'complete'],
    ]);
  });

  it.each(EARLY)('is what the client gets if it was the last one: %s', async (_name, reply) => {
    await start(2);
    world.upstream.next(reply, reply);
    const response = await send();
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(world.upstream.requests).toHaveLength(2);
    expect(world.running.entries).toHaveLength(1);
  });

  it.each([
    ['a status that the client caused', error(400), 400],
    ['an unknown model', error(404), 404],
    ['a refused key', error(401), 401],
    ['x-should-retry: false', error(529, { headers: { 'x-should-retry': 'false' } }), 529],
    ['a longer wait than allowed', error(429, { retryAfter: 60 }), 429],
  ])('is the only one for %s', async (_name, reply, status) => {
    await start(3);
    world.upstream.next(reply);
    const response = await send();
    await response.text();
    expect(response.status).toBe(status);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it('passes on how long the provider asks to wait', async () => {
    await start(3);
    world.upstream.next(error(429, { retryAfter: 60 }));
    expect((await send()).headers.get('retry-after')).toBe('60');
  });

  it.each([408, 409, 425, 429, 500, 502, 504, 520, 529])(
    'is followed by another one after the status %i',
    async (status) => {
      await start(2);
      world.upstream.next({
        kind: 'raw',
        status,
        contentType: 'application/json',
        body: '{}',
        headers: { 'retry-after-ms': '1' },
      });
      expect((await send()).status).toBe(200);
      expect(world.upstream.requests).toHaveLength(2);
    },
  );
});

it('makes no other attempt after the first byte', async () => {
  await start(9);
  world.upstream.next(textReply('a b c', { fault: { kind: 'cut', afterFrames: 4 } }));
  const response = await send();
  await response.text().catch(() => '');
  expect(response.status).toBe(200);
  expect(world.upstream.requests).toHaveLength(1);
});

it('makes no other attempt for a client that has left', async () => {
  await start(9);
  world.upstream.next(textReply('a', { headDelayMs: 60_000 }));
  const leaving = new AbortController();
  const sent = world.post('/v1/messages', {}, { signal: leaving.signal }).catch(() => undefined);
  const request = await world.upstream.request(0);
  leaving.abort();
  await sent;
  await request.closed;
  expect(world.upstream.requests).toHaveLength(1);
});

describe('the wait before another attempt', () => {
  const WAIT = error(429, { retryAfter: 600 });
  const startWaiting = async (): Promise<void> => {
    const retries = { attempts: 2, baseDelayMs: 1, maxDelayMs: 1_000_000 };
    await world.start({ routing: { retries } });
    world.upstream.next(WAIT);
  };

  it('ends at once when the gateway stops, with an error in the dialect', async () => {
    await startWaiting();
    const sent = send();
    await (
      await world.upstream.request(0)
    ).closed;
    await world.running.gateway.drain(0, 'draining');
    const response = await sent;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ type: 'error' });
    expect(world.upstream.requests).toHaveLength(1);
  });

  it('ends at once when the key is revoked', async () => {
    await startWaiting();
    const sent = send();
    await (
      await world.upstream.request(0)
    ).closed;
    world.running.store.keys.revoke(world.running.keyId);
    expect((await sent).status).toBe(401);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it('ends at once when the client leaves, and the gateway then runs no call', async () => {
    await startWaiting();
    const leaving = new AbortController();
    const sent = world.post('/v1/messages', {}, { signal: leaving.signal }).catch(() => undefined);
    await (
      await world.upstream.request(0)
    ).closed;
    leaving.abort();
    await sent;
    await world.running.gateway.drain(60_000, 'draining');
    expect(world.running.gateway.runningCalls).toBe(0);
    expect(world.upstream.requests).toHaveLength(1);
  });
});
