import { expectOk, revealSecret } from '@postern/kernel';
import { gatewayKeyId } from '@postern/protocol';
import { textReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const JSON_TYPE = 'application/json';

/** A cent for each request, whatever its tokens are: the reserved amount is the cost. */
const CENT = { 'openai/*': { input: 0, output: 0, request: 0.01 } };
/** A dollar for each token of the answer. */
const PER_TOKEN = { 'openai/*': { input: 0, output: 1_000_000 } };

const spent = (): number => world.running.entries.reduce((sum, one) => sum + one.costMicroUsd, 0);

async function statuses(count: number): Promise<Map<number, number>> {
  const responses = await Promise.all(Array.from({ length: count }, () => world.post(CHAT)));
  const found = new Map<number, number>();
  for (const response of responses) {
    await response.text();
    found.set(response.status, (found.get(response.status) ?? 0) + 1);
  }
  return found;
}

describe('a budget', () => {
  it('for 50 requests lets exactly 50 of 200 simultaneous requests through', async () => {
    await world.start({
      prices: CENT,
      keySettings: { budget: { amountMicroUsd: 500_000, period: 'day' } },
    });
    expect(await statuses(200)).toEqual(
      new Map([
        [200, 50],
        [402, 150],
      ]),
    );
    expect(world.upstream.requests).toHaveLength(50);
    expect(spent()).toBe(500_000);
  });

  it('that is spent says so in each dialect, without a retry', async () => {
    await world.start({
      prices: {
        'openai/*': { input: 0, output: 0, request: 0.02 },
        'anthropic/*': { input: 0, output: 0, request: 0.02 },
      },
      keySettings: { budget: { amountMicroUsd: 10_000, period: 'month' } },
    });
    const chat = await world.post(CHAT);
    expect([chat.status, chat.headers.get('x-should-retry')]).toEqual([402, 'false']);
    const text =
      /budget doesn't cover this request: \$0\.01 of \$0\.01 per month is left, and it may cost \$0\.02\. The budget resets at 20\d\d-\d\d-01T00:00:00\.000Z/;
    const body = await chat.text();
    expect(body).toMatch(text);
    expect(body).toContain('"type":"insufficient_quota"');
    expect(body).toContain('"code":"GATEWAY_BUDGET_SPENT"');
    const messages = await world.post(MESSAGES);
    expect(await messages.json()).toMatchObject({
      type: 'error',
      error: { type: 'billing_error' },
    });
    expect(world.upstream.requests).toHaveLength(0);
  });

  it('pays for what was sent of a stream that the client left', async () => {
    await world.start({
      prices: PER_TOKEN,
      keySettings: { budget: { amountMicroUsd: 1e12, period: 'total' } },
    });
    const text = 'one two three four five six seven';
    world.upstream.respond(() => ({
      ...textReply(text),
      fault: { kind: 'stall', afterFrames: 3 },
    }));
    const leave = new AbortController();
    const response = await world.post(CHAT, { stream: true }, { signal: leave.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    leave.abort();
    await expect.poll(() => world.running.entries.length).toBe(1);
    const [entry] = world.running.entries;
    expect(entry).toMatchObject({ ending: 'aborted', estimated: true });
    expect(entry?.costMicroUsd).toBe((entry?.usage.outputTokens ?? 0) * 1_000_000);
    expect(entry?.usage.outputTokens).toBeGreaterThan(0);
  });

  it('is not charged for an upstream error', async () => {
    await world.start({
      prices: CENT,
      keySettings: { budget: { amountMicroUsd: 10_000, period: 'day' } },
    });
    world.upstream.respond(() => ({ kind: 'error', status: 500, message: 'no' }));
    expect((await world.post(CHAT)).status).toBe(500);
    world.upstream.reset();
    expect((await world.post(CHAT)).status).toBe(200);
    expect((await world.post(CHAT)).status).toBe(402);
  });

  it('reserves the longest answer, and for all answers', async () => {
    await world.start({
      prices: PER_TOKEN,
      keySettings: { budget: { amountMicroUsd: 1e12 - 1, period: 'day' } },
    });
    expect((await world.post(CHAT, { max_tokens: 500_000 })).status).toBe(200);
    for (const changes of [
      { max_tokens: 1_000_000 },
      { max_tokens: 1, max_completion_tokens: 1_000_000 },
      { max_tokens: 500_000, n: 2 },
    ]) {
      expect((await world.post(CHAT, changes)).status).toBe(402);
    }
  });
});

describe('limits of all keys together', () => {
  function secondKey(): string {
    const settings = { models: 'all' } as const;
    const issued = world.running.store.keys.create({ name: 'second', settings });
    return revealSecret(expectOk(issued).key);
  }

  it('let exactly 5 of 40 simultaneous requests of two keys run', async () => {
    await world.start({ limits: { allKeys: { concurrent: 5 } } });
    const second = secondKey();
    const held = Promise.withResolvers<undefined>();
    world.upstream.respond(async () => {
      await held.promise;
      return textReply('hi');
    });
    const calls = Array.from({ length: 40 }, (_, at) =>
      world.post(CHAT, {}, at % 2 === 0 ? {} : { key: second }),
    );
    const refused = calls.map(async (call) => {
      const response = await call;
      if (response.status === 200) return undefined;
      expect(response.status).toBe(429);
      expect(response.headers.get('retry-after')).toBe('1');
      return JSON.stringify(await response.json());
    });
    await expect.poll(() => world.upstream.requests.length).toBe(5);
    let over = 0;
    for (const one of refused) void one.then((text) => (over += text === undefined ? 0 : 1));
    await expect.poll(() => over).toBe(35);
    held.resolve(undefined);
    const texts = await Promise.all(refused);
    expect(texts.filter((text) => text === undefined)).toHaveLength(5);
    expect(texts.find((text) => text !== undefined)).toContain('GATEWAY_TOTAL_CONCURRENCY');
    expect(await statuses(5)).toEqual(new Map([[200, 5]]));
  });

  it('per minute say that all keys share them', async () => {
    await world.start({ limits: { allKeys: { requestsPerMinute: 2 } } });
    const second = secondKey();
    expect((await world.post(CHAT)).status).toBe(200);
    expect((await world.post(CHAT, {}, { key: second })).status).toBe(200);
    const refused = await world.post(CHAT, {}, { key: second });
    expect(refused.status).toBe(429);
    const body = await refused.text();
    expect(body).toContain('GATEWAY_TOTAL_RATE_LIMITED');
    expect(body).toContain('All keys together may use 2 requests per minute. Retry in ');
  });
});

describe('limits per minute', () => {
  it('let exactly 20 of 60 simultaneous requests through, and show the rest', async () => {
    await world.start({ keySettings: { limits: { requestsPerMinute: 20 } } });
    const found = await statuses(60);
    // A request is added every three seconds.
    expect(found.get(200)).toBeGreaterThanOrEqual(20);
    expect(found.get(200)).toBeLessThanOrEqual(21);
    const refused = await world.post(CHAT);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('x-ratelimit-limit-requests')).toBe('20');
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(refused.headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+(\.\d+)?s$/);
    expect(await refused.json()).toMatchObject({ error: { code: 'GATEWAY_RATE_LIMITED' } });
  });

  it('are shown with each response, in the form of the client', async () => {
    await world.start({
      keySettings: { limits: { requestsPerMinute: 20, tokensPerMinute: 100_000 } },
    });
    const chat = await world.post(CHAT, { max_tokens: 1000 });
    expect(chat.headers.get('x-ratelimit-limit-requests')).toBe('20');
    expect(chat.headers.get('x-ratelimit-remaining-requests')).toBe('19');
    expect(Number(chat.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(99_000);
    const stream = await world.post(MESSAGES, { stream: true });
    expect(stream.headers.get('anthropic-ratelimit-requests-limit')).toBe('20');
    expect(stream.headers.get('anthropic-ratelimit-requests-remaining')).toBe('18');
    expect(
      Date.parse(stream.headers.get('anthropic-ratelimit-tokens-reset') ?? ''),
    ).toBeGreaterThan(Date.now());
    await stream.text();
  });

  it('are not shown to a key without limits', async () => {
    await world.start();
    const response = await world.post(CHAT);
    expect([...response.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
  });

  it('refuse a request that can never fit without a retry', async () => {
    await world.start({ keySettings: { limits: { tokensPerMinute: 1000 } } });
    const refused = await world.post(CHAT, { max_tokens: 1000 });
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([429, 'false']);
  });
});

describe('concurrent requests of a key', () => {
  it('are limited, and a request that has ended makes room', async () => {
    await world.start({ keySettings: { limits: { concurrent: 2 } } });
    const end = new AbortController();
    world.upstream.respond(() => ({
      ...textReply('slow'),
      fault: { kind: 'stall', afterFrames: 0 },
    }));
    const running = [1, 2].map(() => world.post(CHAT, {}, { signal: end.signal }));
    await expect.poll(() => world.upstream.requests.length).toBe(2);
    const refused = await world.post(CHAT);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'GATEWAY_KEY_CONCURRENCY' } });
    end.abort();
    await Promise.allSettled(running);
    world.upstream.reset();
    await expect.poll(async () => (await world.post(CHAT)).status).toBe(200);
  });
});

describe('requests from one address', () => {
  const addressLimits = { requestsPerMinute: 5, failuresPerMinute: 2, countsLoopback: true };

  it('are limited before the key is looked at', async () => {
    await world.start({ deps: { addressLimits } });
    for (let at = 0; at < 5; at += 1) expect((await world.post(CHAT)).status).toBe(200);
    const refused = await world.post(MESSAGES);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error' },
    });
  });

  it('are limited more with invalid keys, and then also with a valid one', async () => {
    await world.start({ deps: { addressLimits } });
    const guess = { key: 'sk-guess' };
    const found = [guess, guess, guess].map(
      async (key) => (await world.post(CHAT, {}, key)).status,
    );
    expect((await Promise.all(found)).sort()).toEqual([401, 401, 429]);
    expect((await world.post(CHAT)).status).toBe(429);
  });

  it('are not counted on this machine by default', async () => {
    await world.start();
    for (let at = 0; at < 150; at += 1) {
      expect((await world.post(CHAT, {}, { key: 'sk-guess' })).status).toBe(401);
    }
  });
});

describe('a thousand streams at once', { timeout: 60_000 }, () => {
  it('get no 429 at the default limits', async () => {
    await world.start();
    world.upstream.respond(() => ({ ...textReply('one two'), deltaDelayMs: 100 }));
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const response = await world.post(CHAT, { stream: true });
        await response.text();
        return response.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

describe('counts that no answer can have', () => {
  it.each([1e300, 2 ** 62, 1.5, 1e-7])('%d tokens can be recorded and limited', async (count) => {
    await world.start({ keySettings: { limits: { tokensPerMinute: 1_000_000 } } });
    const usage = { prompt_tokens: count, completion_tokens: count };
    const body = JSON.stringify({ choices: [{ message: { content: 'four' } }], usage });
    world.upstream.respond(() => ({ kind: 'raw', status: 200, contentType: JSON_TYPE, body }));
    for (let at = 0; at < 4; at += 1) expect((await world.post(CHAT)).status).toBe(200);
    const { store, keyId } = world.running;
    expect(expectOk(store.usage.usageOf(gatewayKeyId.from(keyId))).requests).toBe(4);
    const [entry] = world.running.entries;
    expect(entry?.estimated).toBe(count > 1e9);
    expect(entry?.usage.outputTokens).toBe(
      count > 1e9 ? Math.ceil(body.length / 4) : Math.ceil(count),
    );
  });
});
