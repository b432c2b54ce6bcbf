import { expectOk, isJsonObject, parseJson, type JsonValue } from '@postern/kernel';
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
    expect(await response.clone().json()).toMatchObject({
      object: 'list',
      data: [{ id: 'openai-model', object: 'model' }, {}, {}, {}, {}, {}],
    });
    expect(await ids(response)).toEqual([
      'openai-model',
      'anthropic/anthropic-model',
      'openai/openai-model',
      'groq/groq-model',
      'openrouter/openrouter-model',
      'ollama/ollama-model',
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
