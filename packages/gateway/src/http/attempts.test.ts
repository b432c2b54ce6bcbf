import { startFakeUpstream, textReply, type FakeUpstream } from '@postern/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EarlyEnd, RetryPolicy } from '../relay/retry-policy.ts';
import { startGateway, type RunningGateway } from '../testing/start-gateway.ts';

let upstream: FakeUpstream;
let running: RunningGateway;
let asked: { readonly reason: EarlyEnd['reason']; readonly attempts: number }[];

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  upstream.reset();
  await running.close();
});

afterAll(async () => {
  await upstream.close();
});

/** Allows so many attempts, and notes when it was asked. */
const atMost =
  (allowed: number): RetryPolicy =>
  ({ reason }, attempts) => {
    asked.push({ reason, attempts });
    return attempts < allowed;
  };

async function start(retries?: RetryPolicy): Promise<void> {
  asked = [];
  const deps = retries === undefined ? {} : { deps: { retries } };
  running = await startGateway({ baseUrls: upstream.baseUrls, ...deps });
}

const send = (): Promise<Response> =>
  fetch(`${running.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': running.key },
    body: JSON.stringify({
      model: 'm',
      max_tokens: 500,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    }),
  });

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
    upstream.next(reply);
    const response = await send();
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(EARLY)(
    'is followed by another one if the policy allows it: %s',
    async (reason, reply) => {
      await start(atMost(3));
      upstream.next(reply);
      upstream.next(reply);
      upstream.next(textReply('third time lucky'));
      const response = await send();
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('message_stop');
      expect(asked).toEqual([
        { reason, attempts: 1 },
        { reason, attempts: 2 },
      ]);
      expect(upstream.requests).toHaveLength(3);
      expect(running.entries.map(({ status, ending }) => [status, ending])).toEqual([
        [200, 'complete'],
      ]);
    },
  );

  it.each(EARLY)('is what the client gets if it was the last one: %s', async (_reason, reply) => {
    await start(atMost(2));
    upstream.next(reply);
    upstream.next(reply);
    const response = await send();
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(upstream.requests).toHaveLength(2);
    expect(running.entries).toHaveLength(1);
  });
});

it('makes no other attempt after the first byte', async () => {
  await start(atMost(9));
  upstream.next(textReply('a b c', { fault: { kind: 'cut', afterFrames: 4 } }));
  const response = await send();
  await response.text().catch(() => '');
  expect(response.status).toBe(200);
  expect(asked).toEqual([]);
  expect(upstream.requests).toHaveLength(1);
});

it('makes no other attempt for a client that has left', async () => {
  await start(atMost(9));
  upstream.next(textReply('a', { headDelayMs: 60_000 }));
  const leaving = new AbortController();
  const sent = fetch(`${running.url}/v1/messages`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'x-api-key': running.key },
    body: '{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}',
  }).catch(() => undefined);
  const request = await upstream.request(0);
  leaving.abort();
  await sent;
  await request.closed;
  expect(asked).toEqual([]);
});
