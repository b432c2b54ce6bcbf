import { isJsonObject, revealSecret, type JsonValue } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import { textReply, type FakeReply } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import type { GatewayLimits, RoutingEvent } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';
import type { TestRouting } from '../testing/start-gateway.ts';

const world = gatewayWorld();
const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const RETRIES = { attempts: 3, baseDelayMs: 1, maxDelayMs: 50 };
const down: FakeReply = { kind: 'error', status: 503 };
let events: RoutingEvent[];

/** Two providers of each dialect, and the models that fail. */
async function start(
  routing: TestRouting,
  failing: Readonly<Record<string, FakeReply>> = {},
  limits: Partial<GatewayLimits> = {},
): Promise<void> {
  events = [];
  const { baseUrls } = world.upstream;
  await world.start({
    routing: { retries: RETRIES, ...routing },
    limits,
    endpoints: {
      chat2: { dialect: 'openai-chat', baseUrl: baseUrls['openai-chat'] },
      claude2: { dialect: 'anthropic-messages', baseUrl: baseUrls['anthropic-messages'] },
    },
    deps: { onRouting: (event) => events.push(event) },
  });
  world.upstream.respond(({ json }) => failing[modelIn(json)]);
}

function modelIn(json: JsonValue | undefined): string {
  const model = isJsonObject(json) ? json['model'] : undefined;
  return typeof model === 'string' ? model : '';
}

const called = (): readonly string[] => world.upstream.requests.map(({ json }) => modelIn(json));

function newKey(settings: object): string {
  const created = world.running.store.keys.create({ name: 'another', settings });
  if (!created.ok) throw new Error(created.failure.reason);
  return revealSecret(created.value.key);
}

describe('an alias', () => {
  const models = { fast: ['openai/one', ['chat2/two', { priority: 2 }]] } as const;

  it.each([false, true])(
    'uses the next target if the first fails, streamed: %s',
    async (stream) => {
      await start({ models }, { one: down });
      const response = await world.post(CHAT, { model: 'fast', stream });
      expect(response.status).toBe(200);
      await response.text();
      expect(called()).toEqual(['one', 'two']);
      expect(response.headers.get('x-postern-upstream')).toBe('chat2/two');
      expect(world.running.entries).toMatchObject([
        { provider: 'chat2', model: 'two', status: 200 },
      ]);
      expect(events).toMatchObject([
        { kind: 'fallback', from: { model: 'one' }, choice: { model: 'two' } },
      ]);
    },
  );

  it('uses the first target while it works', async () => {
    await start({ models });
    for (const path of [CHAT, MESSAGES]) await (await world.post(path, { model: 'fast' })).text();
    expect(called()).toEqual(['one', 'one']);
    expect(events).toEqual([]);
  });

  it('falls back to a provider of another dialect, and the other way round', async () => {
    const mixed = { fast: ['openai/one', ['anthropic/two', { priority: 2 }]] } as const;
    await start({ models: mixed }, { one: down });
    const chat = await world.post(CHAT, { model: 'fast', stream: true });
    expect(await chat.text()).toContain('data: [DONE]');
    const message = await world.post(MESSAGES, { model: 'fast' });
    expect(await message.json()).toMatchObject({ type: 'message', role: 'assistant' });
    expect(called()).toEqual(['one', 'two', 'one', 'two']);
    expect(world.upstream.violations).toEqual([]);
  });

  it('goes on with the next target if the request cannot be translated for the first', async () => {
    await start({ models: { fast: ['anthropic/one', ['openai/two', { priority: 2 }]] } });
    expect((await world.post(CHAT, { model: 'fast', n: 2 })).status).toBe(200);
    expect(called()).toEqual(['two']);
  });

  it('passes the last error on if all targets fail', async () => {
    await start(
      { models },
      { one: down, two: { kind: 'error', status: 429, message: 'the last' } },
    );
    const response = await world.post(CHAT, { model: 'fast' });
    expect(response.status).toBe(503);
    expect(called()).toEqual(['one', 'two', 'one']);
    expect(world.running.entries).toHaveLength(1);
  });

  it('keeps a conversation at one target, and shares conversations among all', async () => {
    await start({ models: { fast: ['openai/one', 'chat2/two', 'openai/three'] } });
    const homes = new Set<string>();
    for (let at = 0; at < 24; at += 1) {
      const first = { role: 'user', content: `question ${at}` };
      const later = [
        { role: 'assistant', content: 'a' },
        { role: 'user', content: 'b' },
      ];
      await (await world.post(CHAT, { model: 'fast', messages: [first] })).text();
      await (await world.post(CHAT, { model: 'fast', messages: [first, ...later] })).text();
      const [one, two] = called().slice(-2);
      expect(two).toBe(one);
      homes.add(one ?? '');
    }
    expect([...homes].sort()).toEqual(['one', 'three', 'two']);
  });
});

describe('a key', () => {
  const models = { fast: ['openai/one', ['chat2/two', { priority: 2 }]] } as const;

  it('that names only the alias may call it, and learns nothing about its targets', async () => {
    await start({ models }, { one: down });
    const key = newKey({ models: ['fast'] });
    const response = await world.post(CHAT, { model: 'fast' }, { key });
    expect(response.status).toBe(200);
    expect(response.headers.has('x-postern-upstream')).toBe(false);
    expect((await world.post(CHAT, { model: 'openai/one' }, { key })).status).toBe(404);
    expect(called()).toEqual(['one', 'two']);
  });

  it('for a provider uses only the targets of that provider', async () => {
    await start({ models });
    const key = newKey({ models: ['chat2/*'] });
    expect((await world.post(CHAT, { model: 'fast' }, { key })).status).toBe(200);
    expect(called()).toEqual(['two']);
    await world.running.close();
    await start({ models });
    const bound = newKey({ models: ['fast'], upstreams: [providerId.from('chat2')] });
    expect((await world.post(CHAT, { model: 'fast' }, { key: bound })).status).toBe(200);
    expect(called()).toEqual(['two', 'two']);
  });

  it('for other models gets 404', async () => {
    await start({ models });
    const key = newKey({ models: ['anthropic/*', 'faster'] });
    expect((await world.post(CHAT, { model: 'fast' }, { key })).status).toBe(404);
    expect(called()).toEqual([]);
  });
});

describe('the circuit breaker', () => {
  const breaker = { failures: 2, openForMs: 30_000 };
  const once = { retries: { ...RETRIES, attempts: 1 }, breaker };

  it.each([
    [CHAT, { error: { code: 'GATEWAY_UPSTREAMS_UNAVAILABLE' } }],
    [MESSAGES, { type: 'error', error: { type: 'api_error' } }],
  ])('at %s answers 503 while no target may be called', async (path, body) => {
    await start(once, { x: down });
    for (let at = 0; at < 2; at += 1) await (await world.post(path, { model: 'openai/x' })).text();
    const response = await world.post(path, { model: 'openai/x' });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(25);
    expect(await response.json()).toMatchObject(body);
    expect(called()).toHaveLength(2);
    expect((await world.post(path, { model: 'openai/y' })).status).toBe(200);
    expect(events).toMatchObject([{ kind: 'breaker-opened' }]);
  });

  it('leaves a target out at once', async () => {
    await start(
      { ...once, models: { fast: ['openai/one', ['chat2/two', { priority: 2 }]] } },
      { one: down },
    );
    for (let at = 0; at < 3; at += 1) await (await world.post(CHAT, { model: 'fast' })).text();
    expect(called()).toEqual(['one', 'one', 'two']);
  });

  it('counts failures after a stream has begun with pings', async () => {
    await start(once, { x: { ...down, headDelayMs: 100 } }, { streamHeadAfterMs: 5 });
    for (let at = 0; at < 2; at += 1) {
      const response = await world.post(CHAT, { model: 'openai/x', stream: true });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('"error"');
    }
    expect((await world.post(CHAT, { model: 'openai/x', stream: true })).status).toBe(503);
    expect(called()).toHaveLength(2);
  });

  it('takes no notice of failing counts, of the client and of its errors', async () => {
    await start(once, { x: { kind: 'error', status: 400 } });
    const model = 'anthropic/claude-x';
    for (let at = 0; at < 3; at += 1) {
      world.upstream.respond(() => down);
      expect((await world.post(`${MESSAGES}/count_tokens`, { model })).status).toBe(503);
      world.upstream.respond(({ json }) =>
        modelIn(json) === 'slow'
          ? textReply('a', { headDelayMs: 60_000 })
          : { kind: 'error', status: 400 },
      );
      await (await world.post(MESSAGES, { model })).text();
      const leaving = new AbortController();
      const before = world.upstream.requests.length;
      const sent = world
        .post(MESSAGES, { model: 'anthropic/slow' }, { signal: leaving.signal })
        .catch(() => undefined);
      const request = await world.upstream.request(before);
      leaving.abort();
      await Promise.all([sent, request.closed]);
    }
    world.upstream.respond(() => undefined);
    expect((await world.post(MESSAGES, { model })).status).toBe(200);
    expect((await world.post(MESSAGES, { model: 'anthropic/slow' })).status).toBe(200);
    expect(events).toEqual([]);
  });
});

describe('signed reasoning of an alias', () => {
  const models = { deep: ['anthropic/one', ['claude2/two', { priority: 2 }]] } as const;
  const signedReply = (signature: string): FakeReply => ({
    kind: 'answer',
    parts: [
      { kind: 'thinking', text: 'Hm.', signature },
      { kind: 'text', text: 'Yes.' },
    ],
  });
  const signed = (signature: string): object => ({
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature },
      { type: 'text', text: 'Yes.' },
    ],
  });
  const turn = (signature: string): object => ({
    model: 'deep',
    messages: [
      { role: 'user', content: 'Sure?' },
      signed(signature),
      { role: 'user', content: 'Why?' },
    ],
  });
  const sentLast = (): string => JSON.stringify(world.upstream.requests.at(-1)?.json);

  it('stays unchanged at the first provider', async () => {
    await start({ models }, { one: signedReply('bmV3') });
    const response = await world.post(MESSAGES, turn('b25l'));
    expect(sentLast()).toContain('"signature":"b25l"');
    expect(await response.text()).toContain('"signature":"bmV3"');
  });

  it.each([false, true])('is not sent to the next provider, streamed: %s', async (stream) => {
    await start({ models }, { one: down, two: signedReply('dHdv') });
    const response = await world.post(MESSAGES, { ...turn('b25l'), stream });
    expect(response.status).toBe(200);
    expect(sentLast()).toContain('"model":"two"');
    expect(sentLast()).not.toContain('b25l');
    expect(response.headers.get('x-postern-warnings')).toContain('another provider signed');
    expect(await response.text()).toContain('postern.claude2.dHdv');
  });

  it('of the next provider goes back to it, and not to the first one', async () => {
    await start({ models }, { one: down });
    await (await world.post(MESSAGES, turn('postern.claude2.dHdv'))).text();
    expect(sentLast()).toContain('"signature":"dHdv"');
    world.upstream.respond(() => undefined);
    const response = await world.post(MESSAGES, turn('postern.claude2.dHdv'));
    expect(sentLast()).toContain('"model":"one"');
    expect(sentLast()).not.toContain('dHdv');
    expect(response.headers.get('x-postern-warnings')).toContain('another provider signed');
  });
});
