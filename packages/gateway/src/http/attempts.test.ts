import { textReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import type { EarlyEnd, RetryPolicy } from '../relay/retry-policy.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
let asked: { readonly reason: EarlyEnd['reason']; readonly attempts: number }[];

/** Allows so many attempts, and notes when it was asked. */
const atMost =
  (allowed: number): RetryPolicy =>
  ({ reason }, attempts) => {
    asked.push({ reason, attempts });
    return attempts < allowed;
  };

async function start(retries?: RetryPolicy): Promise<void> {
  asked = [];
  await world.start(retries === undefined ? {} : { deps: { retries } });
}

const send = (): Promise<Response> => world.post('/v1/messages', { stream: true });

const overloaded = textReply('a', {
  fault: { kind: 'error-event', afterFrames: 0, errorType: 'overloaded_error' },
});
const EARLY = [
  ['failure', { kind: 'hang-up' }],
  ['status', { kind: 'raw', status: 503, contentType: 'application/json', body: '{}' }],
  ['opening-error', overloaded],
] as const;

describe('an attempt that goes wrong before the first byte', () => {
  it.each(EARLY)('is the only one without a policy: %s', async (_reason, reply) => {
    await start();
    world.upstream.next(reply);
    const response = await send();
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(world.upstream.requests).toHaveLength(1);
  });

  it.each(EARLY)(
    'is followed by another one if the policy allows it: %s',
    async (reason, reply) => {
      await start(atMost(3));
      world.upstream.next(reply);
      world.upstream.next(reply);
      world.upstream.next(textReply('third time lucky'));
      const response = await send();
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('message_stop');
      expect(asked).toEqual([
        { reason, attempts: 1 },
        { reason, attempts: 2 },
      ]);
      expect(world.upstream.requests).toHaveLength(3);
      expect(world.running.entries.map(({ status, ending }) => [status, ending])).toEqual([
        [200, 'complete'],
      ]);
    },
  );

  it.each(EARLY)('is what the client gets if it was the last one: %s', async (_reason, reply) => {
    await start(atMost(2));
    world.upstream.next(reply);
    world.upstream.next(reply);
    const response = await send();
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(world.upstream.requests).toHaveLength(2);
    expect(world.running.entries).toHaveLength(1);
  });
});

it('makes no other attempt after the first byte', async () => {
  await start(atMost(9));
  world.upstream.next(textReply('a b c', { fault: { kind: 'cut', afterFrames: 4 } }));
  const response = await send();
  await response.text().catch(() => '');
  expect(response.status).toBe(200);
  expect(asked).toEqual([]);
  expect(world.upstream.requests).toHaveLength(1);
});

it('makes no other attempt for a client that has left', async () => {
  await start(atMost(9));
  world.upstream.next(textReply('a', { headDelayMs: 60_000 }));
  const leaving = new AbortController();
  const sent = world.post('/v1/messages', {}, { signal: leaving.signal }).catch(() => undefined);
  const request = await world.upstream.request(0);
  leaving.abort();
  await sent;
  await request.closed;
  expect(asked).toEqual([]);
});
