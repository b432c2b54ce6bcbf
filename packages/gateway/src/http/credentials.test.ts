import { failed, ok, Secret } from '@postern/kernel';
import type { FakeReply, RecordedRequest } from '@postern/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GatewayLimits, RoutingEvent } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';
import type { TestRouting } from '../testing/start-gateway.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const RETRIES = { attempts: 4, baseDelayMs: 1, maxDelayMs: 20 };
const SECRETS = ['pool', 'pool-2', 'pool-3'];
const MODEL = 'pool/m';
const limited = (retryAfter: number): FakeReply => ({ kind: 'error', status: 429, retryAfter });

let events: RoutingEvent[];
let monotonicMs: number;
/** The secrets in the vault, and when each last changed. */
let stored: Map<string, number>;
let replies: Map<string, FakeReply>;

beforeEach(() => {
  events = [];
  monotonicMs = 1_000_000;
  stored = new Map(SECRETS.map((secret) => [secret, 1]));
  replies = new Map();
});

/** The key in a secret contains its name, so that the upstream's requests show which one was used. */
const keyOf = (secret: string): string => `sk-canary-of-${secret}.`;

async function start(
  { keys = ['pool-2'], ...routing }: TestRouting & { keys?: readonly string[] } = {},
  limits: Partial<GatewayLimits> = {},
): Promise<void> {
  const { baseUrls } = world.upstream;
  await world.start({
    routing: { retries: RETRIES, ...routing },
    limits,
    endpoints: {
      pool: { dialect: 'openai-chat', baseUrl: baseUrls['openai-chat'], keys: [...keys] },
      claude: {
        dialect: 'anthropic-messages',
        baseUrl: baseUrls['anthropic-messages'],
        keys: [...keys],
      },
    },
    upstreamKey: (secret) =>
      stored.has(secret) || secret === 'anthropic'
        ? ok(Secret.of(keyOf(secret)))
        : failed({ reason: 'upstream-key-missing' }),
    changedAtMs: (secret) => stored.get(secret) ?? 0,
    deps: {
      onRouting: (event) => events.push(event),
      clock: { nowMs: () => Date.now(), monotonicMs: () => monotonicMs },
    },
  });
  world.upstream.respond((request) => replies.get(secretOf(request)));
}

function secretOf({ headers }: RecordedRequest): string {
  const shown = `${headers.authorization ?? ''}${String(headers['x-api-key'] ?? '')}`;
  return /canary-of-([^.]*)/.exec(shown)?.[1] ?? '';
}

const used = (): readonly string[] => world.upstream.requests.map(secretOf);

const asking = (content: string): object => ({
  model: MODEL,
  messages: [{ role: 'user', content }],
});

/** The secret that a conversation uses first. */
async function homeOf(content: string): Promise<string> {
  await (await world.post(CHAT, asking(content))).text();
  return used().at(-1) ?? '';
}

/** A question whose conversation uses this secret first. */
async function questionFor(secret: string): Promise<string> {
  for (let at = 0; at < 100; at += 1) {
    if ((await homeOf(`question ${at}`)) === secret) return `question ${at}`;
  }
  throw new Error(`no conversation uses ${secret}`);
}

describe('a provider with several credentials', () => {
  it('keeps a conversation with one of them, and shares conversations among all', async () => {
    await start({ keys: ['pool-2', 'pool-3'] });
    const homes = new Set<string>();
    for (let at = 0; at < 30; at += 1) {
      const home = await homeOf(`question ${at}`);
      expect(await homeOf(`question ${at}`)).toBe(home);
      homes.add(home);
    }
    expect([...homes].sort()).toEqual(SECRETS);
  });

  it.each([401, 402, 403, 429])('uses the next one after a %i, at once', async (status) => {
    await start();
    const question = await questionFor('pool-2');
    replies.set('pool-2', { kind: 'error', status });
    for (const stream of [false, true]) {
      const before = used().length;
      const response = await world.post(CHAT, { ...asking(question), stream });
      expect(response.status).toBe(200);
      await response.text();
      // The second request finds it cooling.
      expect(used().slice(before)).toEqual(stream ? ['pool'] : ['pool-2', 'pool']);
    }
    expect(events).toMatchObject([
      { kind: 'credential-cooling', status, use: { secret: 'pool-2' } },
    ]);
  });

  it('uses the next one if a stream opens with an error about the credential', async () => {
    await start();
    const question = await questionFor('pool-2');
    const fault = { kind: 'error-event', afterFrames: 0, errorType: 'rate_limit_error' } as const;
    replies.set('pool-2', { kind: 'answer', parts: [{ kind: 'text', text: 'a' }], fault });
    const response = await world.post(CHAT, { ...asking(question), stream: true });
    expect(await response.text()).toContain('[DONE]');
    expect(used().slice(-2)).toEqual(['pool-2', 'pool']);
    expect(events).toMatchObject([{ kind: 'credential-cooling', status: 429 }]);
  });

  it('tries its credentials before the next target', async () => {
    await start({ models: { fast: [MODEL, ['anthropic/m', { priority: 2 }]] } });
    replies.set('pool', limited(60));
    replies.set('pool-2', limited(60));
    const response = await world.post(CHAT, { model: 'fast' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-postern-upstream')).toBe('anthropic/m');
    expect([...used().slice(0, 2)].sort()).toEqual(['pool', 'pool-2']);
    expect(world.upstream.requests).toHaveLength(3);
  });

  it('leaves out one that is not in the vault', async () => {
    stored.delete('pool-2');
    await start();
    for (let at = 0; at < 10; at += 1) expect(await homeOf(`question ${at}`)).toBe('pool');
    stored.clear();
    const response = await world.post(CHAT, asking('hi'));
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringContaining('UPSTREAM_NO_KEY'),
    ]);
  });

  it.each([400, 404, 413, 422, 500])('does not take a %i for its fault', async (status) => {
    await start({ retries: { ...RETRIES, attempts: 1 } });
    const home = await homeOf('hi');
    replies.set(home, { kind: 'error', status });
    expect((await world.post(CHAT, asking('hi'))).status).toBe(status);
    replies.clear();
    expect(await homeOf('hi')).toBe(home);
    expect(events).toEqual([]);
  });
});

describe('an error about the key with an inexact status', () => {
  it.each([
    [429, { code: 'insufficient_quota', message: 'You exceeded your current quota' }, 402],
    [400, { code: 'invalid_api_key', message: 'Wrong key' }, 401],
    [400, { type: 'invalid_request_error', message: 'Your credit balance is too low' }, 402],
  ])('%i %j counts as one with the exact status', async (status, error, exact) => {
    await start();
    const question = await questionFor('pool-2');
    const body = JSON.stringify({ error });
    replies.set('pool-2', { kind: 'raw', status, contentType: 'application/json', body });
    const response = await world.post(CHAT, asking(question));
    expect(response.status).toBe(200);
    expect(used().slice(-2)).toEqual(['pool-2', 'pool']);
    expect(events).toMatchObject([{ status: exact }]);
    // For every model, unlike a rate limit.
    await (await world.post(CHAT, { ...asking(question), model: 'pool/other' })).text();
    expect(used().at(-1)).toBe('pool');
  });

  it('passes other errors on unchanged, also long and broken ones', async () => {
    await start({ retries: { ...RETRIES, attempts: 1 } });
    for (const body of ['{"error":{"message":"no"}}', '', 'x'.repeat(200_000)]) {
      const contentType = 'application/json';
      const reply: FakeReply = { kind: 'raw', status: 400, contentType, body };
      for (const secret of SECRETS) replies.set(secret, reply);
      const response = await world.post(CHAT, asking('hi'));
      expect([response.status, await response.text()]).toEqual([400, body]);
    }
    expect(events).toEqual([]);
  });
});

describe('a cooldown', () => {
  it('lasts as long as the provider asks, and ends with an answer', async () => {
    await start();
    const question = await questionFor('pool-2');
    replies.set('pool-2', limited(30));
    expect(await homeOf(question)).toBe('pool');
    monotonicMs += 29_999;
    expect(await homeOf(question)).toBe('pool');
    replies.clear();
    monotonicMs += 1;
    expect(await homeOf(question)).toBe('pool-2');
    expect(events.map(({ kind }) => kind)).toEqual(['credential-cooling', 'credential-recovered']);
  });

  it('of a limit or a permission is for one model, and of an invalid key for all', async () => {
    await start();
    const question = await questionFor('pool-2');
    const askOther = async (): Promise<string> => {
      await (await world.post(CHAT, { ...asking(question), model: 'pool/other' })).text();
      return used().at(-1) ?? '';
    };
    for (const [status, other] of [
      [429, 'pool-2'],
      [403, 'pool-2'],
      [401, 'pool'],
    ] as const) {
      replies.set('pool-2', { kind: 'error', status });
      expect(await homeOf(question)).toBe('pool');
      replies.clear();
      expect(await askOther(), String(status)).toBe(other);
      monotonicMs += 3_600_000;
      expect(await homeOf(question)).toBe('pool-2');
    }
  });

  it('ends when the value of the secret changes', async () => {
    await start();
    const question = await questionFor('pool-2');
    replies.set('pool-2', { kind: 'error', status: 401 });
    expect(await homeOf(question)).toBe('pool');
    replies.clear();
    stored.set('pool-2', 2);
    expect(await homeOf(question)).toBe('pool-2');
  });

  it('does not begin for a request that every credential refuses with 403', async () => {
    await start();
    for (const secret of SECRETS) replies.set(secret, { kind: 'error', status: 403 });
    const response = await world.post(CHAT, asking('flagged'));
    expect(response.status).toBe(503);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(used()).toHaveLength(2);
    replies.clear();
    expect((await world.post(CHAT, asking('hello'))).status).toBe(200);
    expect(events).toEqual([]);
  });
});

describe('if all credentials cool down', () => {
  it.each([
    [CHAT, MODEL, 503, { error: { code: 'GATEWAY_CREDENTIALS_EXHAUSTED', type: 'server_error' } }],
    ['/v1/responses', MODEL, 503, { error: { code: 'GATEWAY_CREDENTIALS_EXHAUSTED' } }],
    [MESSAGES, 'claude/m', 503, { type: 'error', error: { type: 'api_error' } }],
  ])('%s gets one error, and the provider no request', async (path, model, status, shape) => {
    stored.set('claude', 1);
    await start();
    for (const secret of [...SECRETS, 'claude']) {
      replies.set(secret, {
        ...limited(secret.endsWith('-2') ? 40 : 90),
        ...{ message: `Limit of ${keyOf(secret)} in org-canary-${secret}` },
      });
    }
    for (const calls of [2, 2]) {
      const response = await world.post(path, { model, input: 'hi', stream: true });
      expect(response.status).toBe(status);
      expect(response.headers.get('retry-after')).toBe('40');
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject(shape);
      expect(text + JSON.stringify([...response.headers])).not.toMatch(/canary|pool|claude/);
      expect(used()).toHaveLength(calls);
    }
    expect(events).toHaveLength(2);
  });

  it('says so for invalid keys too, and not that the client has a wrong key', async () => {
    await start();
    for (const secret of SECRETS) replies.set(secret, { kind: 'error', status: 401 });
    const response = await world.post(CHAT, asking('hi'));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(await response.text()).toContain('GATEWAY_CREDENTIALS_EXHAUSTED');
  });

  it('waits if one can be used soon', async () => {
    await start({ retries: { ...RETRIES, maxDelayMs: 2000 } });
    const slow = { kind: 'error', status: 429, headers: { 'retry-after-ms': '1' } } as const;
    let refusals = 2;
    world.upstream.respond(() => ((refusals -= 1) >= 0 ? slow : undefined));
    const pending = world.post(CHAT, asking('hi'));
    await world.upstream.request(1);
    monotonicMs += 1000;
    expect((await pending).status).toBe(200);
    expect(used()).toHaveLength(3);
  });

  it('sends the error as an event if the stream has begun with pings', async () => {
    await start({}, { streamHeadAfterMs: 5, pingAfterMs: 5 });
    const question = await questionFor('pool-2');
    replies.set('pool-2', {
      ...{ kind: 'error', status: 429, retryAfter: 30, headDelayMs: 60 },
      ...{ message: 'Limit of org-canary' },
    });
    const response = await world.post(CHAT, { ...asking(question), stream: true });
    const text = await response.text();
    expect([response.status, text]).toEqual([
      200,
      expect.stringContaining('GATEWAY_CREDENTIALS_EXHAUSTED'),
    ]);
    expect(text).not.toContain('canary');
    replies.clear();
    expect(await homeOf(question)).toBe('pool');
  });
});

describe('attempts', () => {
  it('are limited over all credentials', async () => {
    await start({ keys: ['pool-2', 'pool-3'], retries: { ...RETRIES, attempts: 2 } });
    for (const secret of SECRETS) replies.set(secret, { kind: 'error', status: 401 });
    const response = await world.post(CHAT, asking('hi'));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(used()).toHaveLength(2);
  });

  it('do not open the circuit breaker of the provider', async () => {
    await start({ breaker: { failures: 1, openForMs: 60_000 } });
    replies.set('pool', { kind: 'error', status: 401 });
    replies.set('pool-2', limited(60));
    expect((await world.post(CHAT, asking('hi'))).status).toBe(503);
    replies.clear();
    monotonicMs += 60_000;
    expect((await world.post(CHAT, asking('hi'))).status).toBe(200);
  });
});
