import { expectOk, isJsonObject, ok, parseJson, type JsonValue } from '@postern/kernel';
import { CLOSED_SCOPES, gatewayKeyId } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import type { ModelLists } from '../ports.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();

const start = async (modelsOf: ModelLists['modelsOf']): Promise<void> => {
  await world.start({ deps: { models: { modelsOf } } });
};

const list = (headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${world.running.url}/v1/models?limit=1000`, {
    headers: { authorization: `Bearer ${world.running.key}`, ...headers },
  });

async function ids(response: Response): Promise<readonly unknown[]> {
  const body = expectOk(parseJson(await response.text()));
  const data = isJsonObject(body) ? body['data'] : undefined;
  if (!Array.isArray(data)) throw new Error('the answer is no list');
  return data.map((entry: JsonValue) => (isJsonObject(entry) ? entry['id'] : undefined));
}

describe('GET /v1/models', () => {
  it('lists what can be called, in the shape of OpenAI', async () => {
    await start((provider) => Promise.resolve([{ id: `${provider.id}-model`, label: 'Model' }]));
    const response = await list();
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    const body = expectOk(parseJson(await response.clone().text()));
    expect(body).toMatchObject({ object: 'list' });
    expect(JSON.stringify(body)).toContain('"id":"openai-model","object":"model"');
    const speakers = [
      ...['anthropic', 'openai', 'gemini', 'mistral', 'deepseek', 'xai', 'groq', 'together'],
      ...['fireworks', 'cerebras', 'openrouter', 'ollama', 'lmstudio', 'llamacpp', 'vllm'],
    ];
    expect(await ids(response)).toEqual([
      'openai-model',
      ...speakers.map((id) => `${id}/${id}-model`),
    ]);
  });

  it('lists the same in the shape of Anthropic', async () => {
    const models = [{ id: 'claude-x', label: 'Claude X', createdAtMs: Date.UTC(2026, 0, 1) }];
    await start(({ id }) => Promise.resolve(id === 'anthropic' ? models : []));
    const response = await list({ 'anthropic-version': '2023-06-01' });
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(await response.json()).toEqual({
      data: [
        {
          type: 'model',
          id: 'claude-x',
          display_name: 'Claude X',
          created_at: '2026-01-01T00:00:00Z',
        },
        {
          type: 'model',
          id: 'anthropic/claude-x',
          display_name: 'Claude X',
          created_at: '2026-01-01T00:00:00Z',
        },
      ],
      has_more: false,
      first_id: 'claude-x',
      last_id: 'anthropic/claude-x',
    });
  });

  it('lists aliases first, and an alias in the place of a model of the same name', async () => {
    const models = [{ id: 'm', label: 'M' }];
    await world.start({
      deps: { models: { modelsOf: ({ id }) => Promise.resolve(id === 'openai' ? models : []) } },
      routing: {
        models: { fast: ['openai/m'], m: ['anthropic/claude-x'] },
      },
    });
    expect(await ids(await list())).toEqual(['fast', 'm', 'openai/m']);
    const one = await fetch(`${world.running.url}/v1/models/fast`, {
      headers: { 'x-api-key': world.running.key, 'anthropic-version': '2023-06-01' },
    });
    expect(await one.json()).toMatchObject({ id: 'fast', display_name: 'fast' });
  });

  it('lists only the aliases of which the key may call a target', async () => {
    const grant = {
      ...CLOSED_SCOPES,
      keyId: gatewayKeyId.from('0'.repeat(26)),
      owner: undefined,
      models: ['openai/m', 'named'],
      expiresAtMs: undefined,
    };
    await world.start({
      deps: {
        keys: { admit: () => ok(grant), isLive: () => ok(true) },
        models: { modelsOf: () => Promise.resolve([]) },
      },
      routing: {
        models: {
          named: ['anthropic/claude-x'],
          open: ['openai/m'],
          hidden: ['anthropic/claude-x'],
        },
      },
    });
    expect(await ids(await list())).toEqual(['named', 'open']);
    const hidden = await fetch(`${world.running.url}/v1/models/hidden`, {
      headers: { authorization: `Bearer ${world.running.key}` },
    });
    expect(hidden.status).toBe(404);
  });

  it('lists a provider in every dialect it speaks', async () => {
    await start(({ id }) => Promise.resolve(id === 'openrouter' ? [{ id: 'm', label: 'M' }] : []));
    expect(await ids(await list())).toEqual(['openrouter/m']);
    const headers = { 'anthropic-version': '2023-06-01' };
    expect(await ids(await list(headers))).toEqual(['openrouter/m']);
  });

  it('names the models of the table where a provider fails or is slow', async () => {
    await start((provider) =>
      provider.id === 'openai'
        ? new Promise(() => undefined)
        : Promise.reject(new Error('a fault with a key in it')),
    );
    const listed = await ids(await list());
    expect(listed).toContain('groq/llama-3.3-70b-versatile');
    expect(listed.some((id) => String(id).startsWith('openai/gpt-'))).toBe(true);
  });

  it('does not list the demo, which cannot be called', async () => {
    await start((provider) => Promise.resolve([{ id: provider.id, label: provider.id }]));
    expect((await ids(await list())).filter((id) => String(id).includes('demo'))).toEqual([]);
  });
});

describe('GET /v1/models, limited', () => {
  const version = { 'anthropic-version': '2023-06-01' };
  const three: ModelLists['modelsOf'] = ({ id }) =>
    Promise.resolve(
      id === 'anthropic' ? ['a', 'b', 'c'].map((name) => ({ id: name, label: name })) : [],
    );

  const get = (query: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${world.running.url}/v1/models${query}`, {
      headers: { authorization: `Bearer ${world.running.key}`, ...headers },
    });

  it('comes in pages in the dialect that has them', async () => {
    await start(three);
    const first = await get('?limit=4', version);
    expect(await first.json()).toMatchObject({
      has_more: true,
      first_id: 'a',
      last_id: 'anthropic/a',
    });
    const rest = await get('?limit=4&after_id=anthropic%2Fa', version);
    expect(await rest.json()).toMatchObject({
      has_more: false,
      data: [{ id: 'anthropic/b' }, { id: 'anthropic/c' }],
    });
    expect(await ids(await get('?limit=1', {}))).toHaveLength(3);
  });

  it('refuses a limit of 0', async () => {
    await start(three);
    const response = await get('?limit=0', version);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it('has only the models that the key may call', async () => {
    const grant = {
      ...CLOSED_SCOPES,
      keyId: gatewayKeyId.from('0'.repeat(26)),
      owner: undefined,
      models: ['a', 'anthropic/b'],
      expiresAtMs: undefined,
    };
    await world.start({
      deps: {
        models: { modelsOf: three },
        keys: { admit: () => ok(grant), isLive: () => ok(true) },
      },
    });
    expect(await ids(await get('', version))).toEqual(['a', 'b', 'anthropic/b']);
    const hidden = await get('/anthropic%2Fc', version);
    expect(hidden.status).toBe(404);
  });
});

describe('GET /v1/models/{id}', () => {
  const known: ModelLists['modelsOf'] = ({ id }) =>
    Promise.resolve(
      id === 'anthropic'
        ? [{ id: 'claude-x', label: 'Claude X', createdAtMs: Date.UTC(2026, 0, 1) }]
        : [],
    );

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${world.running.url}/v1/models/${path}`, {
      headers: { authorization: `Bearer ${world.running.key}`, ...headers },
    });

  it.each(['anthropic/claude-x', 'anthropic%2Fclaude-x'])(
    'has the form of each dialect: %s',
    async (path) => {
      await start(known);
      const id = 'anthropic/claude-x';
      expect(await (await get(path)).json()).toEqual({
        id,
        object: 'model',
        created: Date.UTC(2026, 0, 1) / 1000,
        owned_by: 'anthropic',
      });
      expect(await (await get(path, { 'anthropic-version': '2023-06-01' })).json()).toEqual({
        type: 'model',
        id,
        display_name: 'Claude X',
        created_at: '2026-01-01T00:00:00Z',
      });
    },
  );

  it('finds a bare name at the default provider of the dialect', async () => {
    await start(known);
    expect((await get('claude-x')).status).toBe(404);
    const found = await get('claude-x', { 'anthropic-version': '2023-06-01' });
    expect(await found.json()).toMatchObject({ id: 'claude-x' });
  });

  it.each(['gone', 'anthropic/gone', 'demo/demo', '%', '%00', '..%2f..%2fhealthz'])(
    'says that there is no %s',
    async (path) => {
      await start(known);
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'GATEWAY_MODEL_UNKNOWN' } });
    },
  );

  it('needs a key, and only reads', async () => {
    await start(known);
    const url = `${world.running.url}/v1/models/claude-x`;
    expect((await fetch(url)).status).toBe(401);
    const headers = { authorization: `Bearer ${world.running.key}` };
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(405);
  });
});
