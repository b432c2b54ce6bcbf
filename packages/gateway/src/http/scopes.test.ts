import { expectOk, isJsonObject, parseJson, revealSecret, type JsonValue } from '@postern/kernel';
import { providerId } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeySettings } from '../keys/gateway-key.ts';
import type { KeyRefusal } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';
import { rawRequest, requestText, type RawAnswer } from '../testing/raw-request.ts';

const world = gatewayWorld();
const refusals: KeyRefusal[] = [];

beforeEach(async () => {
  refusals.length = 0;
  await world.start({
    deps: {
      models: { modelsOf: ({ id }) => Promise.resolve([{ id: `${id}-m`, label: 'M' }]) },
      onRefused: (refusal) => refusals.push(refusal),
    },
  });
});

/** A key with these settings, which allow every model unless they say otherwise. */
function keyWith(settings: Partial<KeySettings>, name = 'scoped'): string {
  const wish = { name, settings: { models: 'all' as const, ...settings } };
  return revealSecret(expectOk(world.running.store.keys.create(wish)).key);
}

interface Sent {
  readonly method?: string;
  readonly origin?: string;
  readonly model?: string;
  readonly headers?: readonly string[];
}

function send(path: string, key: string | undefined, sent: Sent = {}): Promise<RawAnswer> {
  const { method = 'POST', origin, model = 'm', headers = [] } = sent;
  const body = `{"model":"${model}","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`;
  const lines = [
    `host: 127.0.0.1:${world.running.port}`,
    ...(key === undefined ? [] : [`x-api-key: ${key}`]),
    ...(origin === undefined ? [] : [`origin: ${origin}`]),
    ...headers,
  ];
  const text = requestText(`${method} ${path} HTTP/1.1`, lines, method === 'POST' ? body : '');
  return rawRequest(world.running.port, text);
}

const codes = (): readonly string[] => refusals.map(({ code }) => code);

describe('the scopes of a key', () => {
  it.each<[string, Partial<KeySettings>, string, string, number, string | undefined]>([
    ['its model', { models: ['m'] }, '/v1/messages', 'm', 200, undefined],
    ['another model', { models: ['n'] }, '/v1/messages', 'm', 404, 'GATEWAY_MODEL_REFUSED'],
    ['any model of none', { models: [] }, '/v1/messages', 'm', 404, 'GATEWAY_MODEL_REFUSED'],
    [
      'a wildcard as a name',
      { models: ['nobody/*'] },
      '/v1/messages',
      'nobody/*',
      404,
      'GATEWAY_MODEL_REFUSED',
    ],
    ['its endpoint', { endpoints: ['messages'] }, '/v1/messages', 'm', 200, undefined],
    [
      'another endpoint',
      { endpoints: ['messages'] },
      '/v1/chat/completions',
      'm',
      403,
      'GATEWAY_ENDPOINT_REFUSED',
    ],
    [
      'counting without its endpoint',
      { endpoints: ['messages'] },
      '/v1/messages/count_tokens',
      'm',
      403,
      'GATEWAY_ENDPOINT_REFUSED',
    ],
    [
      'its provider',
      { upstreams: [providerId.from('anthropic')] },
      '/v1/messages',
      'm',
      200,
      undefined,
    ],
    [
      'another provider',
      { upstreams: [providerId.from('openai')] },
      '/v1/messages',
      'm',
      404,
      'GATEWAY_UPSTREAM_REFUSED',
    ],
    ['its address', { addresses: ['127.0.0.0/8'] }, '/v1/messages', 'm', 200, undefined],
    [
      'another address',
      { addresses: ['10.0.0.0/8', '::1'] },
      '/v1/messages',
      'm',
      401,
      'GATEWAY_ADDRESS_REFUSED',
    ],
    ['no address', { addresses: [] }, '/v1/messages', 'm', 401, 'GATEWAY_ADDRESS_REFUSED'],
  ])('decide about %s', async (_name, settings, path, model, status, code) => {
    const answer = await send(path, keyWith(settings), { model });
    expect([answer.status, codes()]).toEqual([status, code === undefined ? [] : [code]]);
    expect(world.upstream.requests).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each(['/v1/messages', '/v1/chat/completions'])(
    'refuse an endpoint in the dialect of %s, with a code',
    async (path) => {
      const answer = await send(path, keyWith({ endpoints: [] }));
      const body = expectOk(parseJson(answer.body));
      const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
      expect(error['type']).toBe('permission_error');
      expect(answer.body).toContain("The gateway key doesn't allow this endpoint.");
      expect(answer.headers.get('x-should-retry')).toBe('false');
    },
  );

  it('make a key at another address look like no key', async () => {
    const answers = [
      await send('/v1/messages', keyWith({ addresses: ['10.0.0.0/8'] })),
      await send('/v1/messages', 'sk-postern-unknown'),
      await send('/v1/messages', undefined),
    ];
    const shown = answers.map(({ status, body }) => `${status} ${body.replace(/req_\w+/, 'req')}`);
    expect(new Set(shown).size).toBe(1);
  });

  it('make a forbidden model look like one that does not exist', async () => {
    const key = keyWith({ models: ['other'] });
    const forbidden = await send('/v1/messages', key);
    const upstream = keyWith({ upstreams: [] }, 'no upstream');
    const answers = [forbidden, await send('/v1/messages', upstream, { model: 'openai/' })];
    const shown = answers.map(({ status, body }) => `${status} ${body.replace(/req_\w+/, 'req')}`);
    expect(new Set(shown).size).toBe(1);
  });

  it.each<[string, Partial<KeySettings>, readonly string[]]>([
    ['no model', { models: [] }, []],
    ['one of a provider', { models: ['openai/openai-m'] }, ['openai-m', 'openai/openai-m']],
    ['a name', { models: ['openai-m'] }, ['openai-m']],
    ['a provider', { models: ['groq/*'] }, ['groq/groq-m']],
    ['an upstream', { upstreams: [providerId.from('groq')] }, ['groq/groq-m']],
  ])('leave in the list of models what the key may call: %s', async (_name, settings, expected) => {
    const answer = await send('/v1/models', keyWith(settings), { method: 'GET' });
    const body = expectOk(parseJson(answer.body));
    const data = isJsonObject(body) && Array.isArray(body['data']) ? body['data'] : [];
    expect(data.map((entry: JsonValue) => isJsonObject(entry) && entry['id'])).toEqual(expected);
  });
});

describe('the origins of a key', () => {
  const ORIGIN = 'https://example.com';
  const allowed = ({ headers }: RawAnswer): string | undefined =>
    headers.get('access-control-allow-origin');

  it('let their pages use it, without credentials mode', async () => {
    const key = keyWith({ origins: [ORIGIN] });
    const sites = ['sec-fetch-site: cross-site'];
    const answer = await send('/v1/messages', key, { origin: ORIGIN, headers: sites });
    expect([answer.status, allowed(answer)]).toEqual([200, ORIGIN]);
    expect(answer.headers.get('vary')).toBe('origin');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('let a browser ask first, which carries no key', async () => {
    keyWith({ origins: [ORIGIN] });
    const answer = await send('/v1/messages', undefined, { method: 'OPTIONS', origin: ORIGIN });
    expect([answer.status, allowed(answer), answer.body]).toEqual([204, ORIGIN, '']);
    expect(answer.headers.get('access-control-allow-methods')).toBe('POST');
    expect(answer.headers.get('access-control-allow-headers')).toBe('*, authorization');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it.each(['https://evil.test', 'https://example.com.evil.test', 'http://example.com', 'null'])(
    'refuse %s, whatever key it has, and never repeat it',
    async (origin) => {
      const key = keyWith({ origins: [ORIGIN] });
      for (const method of ['POST', 'OPTIONS', 'GET']) {
        const answer = await send('/v1/messages', key, { method, origin });
        expect([method, answer.status, allowed(answer)]).toEqual([method, 403, undefined]);
      }
      expect(world.upstream.requests).toHaveLength(0);
    },
  );

  it('are those of the key itself: a page with a key that does not list it is refused', async () => {
    keyWith({ origins: [ORIGIN] });
    const other = keyWith({ origins: ['https://other.example'] }, 'other');
    for (const key of [world.running.key, other]) {
      expect((await send('/v1/messages', key, { origin: ORIGIN })).status).toBe(403);
    }
    expect(codes()).toEqual(['ORIGIN_REFUSED', 'ORIGIN_REFUSED']);
    expect(world.upstream.requests).toHaveLength(0);
  });

  it.each<[string, (id: KeyId) => unknown]>([
    ['revoked', (id) => world.running.store.keys.revoke(id)],
    ['disabled', (id) => world.running.store.keys.setDisabled(id, true)],
    ['expired', (id) => world.running.store.keys.update(id, { expiresAtMs: 1 })],
    ['changed', (id) => world.running.store.keys.update(id, { origins: [] })],
  ])('allow nothing once the key is %s', async (_name, end) => {
    const key = keyWith({ origins: [ORIGIN] });
    expect((await send('/v1/messages', key, { origin: ORIGIN })).status).toBe(200);
    const records = expectOk(world.running.store.keys.list());
    end(records.find(({ name }) => name === 'scoped')?.id ?? expect.fail());
    for (const method of ['POST', 'OPTIONS']) {
      const answer = await send('/v1/messages', key, { method, origin: ORIGIN });
      expect([answer.status, allowed(answer)]).toEqual([403, undefined]);
    }
  });

  it('open no other route of the gateway', async () => {
    keyWith({ origins: [ORIGIN] });
    for (const path of ['/healthz', '/readyz']) {
      const answer = await send(path, undefined, { method: 'GET', origin: ORIGIN });
      expect([answer.status, allowed(answer)]).toEqual([403, undefined]);
    }
  });
});

type KeyId = (typeof world.running)['keyId'];
