import type { ModelEntry } from '@postern/dialects';
import { expectOk, isJsonObject, parseJson, type JsonValue } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import type { ModelLists } from '../ports.ts';
import { aliasTable } from '../route/aliases.ts';
import { gatewayWorld } from '../testing/gateway-world.ts';

const world = gatewayWorld();
const version = { 'anthropic-version': '2023-06-01' };

const start = async (modelsOf: ModelLists['modelsOf']): Promise<void> => {
  await world.start({ deps: { models: { modelsOf } } });
};

const get = async (
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonValue> => {
  const response = await fetch(`${world.running.url}/v1/models${path}`, {
    headers: { authorization: `Bearer ${world.running.key}`, ...headers },
  });
  return expectOk(parseJson(await response.text()));
};

const model = (name: string, headers?: Readonly<Record<string, string>>): Promise<JsonValue> =>
  get(`/${encodeURIComponent(name)}`, headers);

describe('what the lists say about models', () => {
  const claude: ModelEntry = { id: 'claude-opus-5-5', label: 'Claude Opus 5.5' };
  const own: ModelEntry = {
    id: 'own',
    label: 'own',
    contextWindow: 8192,
    inputModalities: ['text'],
  };
  const lists: ModelLists['modelsOf'] = ({ id }) =>
    Promise.resolve(id === 'anthropic' ? [claude] : id === 'vllm' ? [own] : []);

  it('is built in for well-known models, in the fields of each dialect', async () => {
    await start(lists);
    expect(await model('anthropic/claude-opus-5-5')).toEqual({
      id: 'anthropic/claude-opus-5-5',
      object: 'model',
      owned_by: 'anthropic',
      context_length: 1_000_000,
      architecture: { input_modalities: ['text', 'image', 'file'], output_modalities: ['text'] },
      pricing: {
        prompt: '0.000004',
        completion: '0.00002',
        input_cache_read: '0.0000002',
        input_cache_write: '0.000005',
      },
      top_provider: { context_length: 1_000_000, max_completion_tokens: 128_000 },
    });
    expect(await model('claude-opus-5-5', version)).toEqual({
      type: 'model',
      id: 'claude-opus-5-5',
      display_name: 'Claude Opus 5.5',
      max_input_tokens: 1_000_000,
      max_tokens: 128_000,
      capabilities: { image_input: { supported: true }, pdf_input: { supported: true } },
    });
  });

  it('is the same in the list and alone', async () => {
    await world.start({
      deps: { models: { modelsOf: lists } },
      routing: { models: { both: ['anthropic/claude-opus-5-5', 'vllm/own'] } },
    });
    for (const headers of [{}, version]) {
      const listed = await get('?limit=1000', headers);
      const data = isJsonObject(listed) ? listed['data'] : undefined;
      for (const name of ['both', 'anthropic/claude-opus-5-5', 'vllm/own']) {
        expect(data).toContainEqual(await model(name, headers));
      }
    }
  });

  it('is what the list of the provider says, if that differs', async () => {
    const shorter = { ...claude, contextWindow: 500_000, price: { input: 1, output: 1 } };
    await start(({ id }) => Promise.resolve(id === 'anthropic' ? [shorter] : []));
    expect(await model('anthropic/claude-opus-5-5')).toMatchObject({
      context_length: 500_000,
      top_provider: { max_completion_tokens: 128_000 },
      // What a budget is charged.
      pricing: { prompt: '0.000004' },
    });
  });

  it('has the prices of the operator, and of the provider if the table has none', async () => {
    const priced = [
      { ...own, id: 'a', price: { input: 3, output: 4 } },
      { ...own, id: 'b', price: { input: 3, output: 4 } },
      { ...own, id: 'c' },
    ];
    await world.start({
      deps: { models: { modelsOf: ({ id }) => Promise.resolve(id === 'vllm' ? priced : []) } },
      prices: { 'vllm/a': { input: 0.5, output: 1 } },
    });
    expect(await model('vllm/a')).toMatchObject({ pricing: { prompt: '0.0000005' } });
    expect(await model('vllm/b')).toMatchObject({ pricing: { prompt: '0.000003' } });
    expect(await model('vllm/c')).not.toHaveProperty('pricing');
  });

  it('holds for every target of an alias, also for one that no list has', async () => {
    await world.start({
      deps: { models: { modelsOf: lists } },
      routing: {
        models: {
          both: ['anthropic/claude-opus-5-5', ['vllm/own', { priority: 2 }]],
          claude: ['anthropic/claude-opus-5', 'anthropic/claude-haiku-4-5-20251001'],
          unknown: ['anthropic/claude-opus-5-5', 'vllm/other'],
        },
      },
    });
    expect(await model('both')).toEqual({
      id: 'both',
      object: 'model',
      owned_by: 'system',
      context_length: 8192,
      architecture: { input_modalities: ['text'] },
      top_provider: { context_length: 8192 },
    });
    expect(await model('claude', version)).toMatchObject({
      max_input_tokens: 200_000,
      max_tokens: 64_000,
    });
    expect(await model('claude')).toMatchObject({ pricing: { prompt: '0.000005' } });
    expect(await model('unknown')).toEqual({ id: 'unknown', object: 'model', owned_by: 'system' });
  });

  it('of an alias is only what the targets say that the key may call', async () => {
    await world.start({
      deps: { models: { modelsOf: lists } },
      keySettings: { models: ['vllm/own'] },
      routing: { models: { both: ['anthropic/claude-opus-5-5', 'vllm/own'] } },
    });
    expect(await model('both')).toMatchObject({ context_length: 8192 });
  });

  it('of an alias is what the operator says', async () => {
    const targets = [{ model: 'openai/gpt-6.1-sol', weight: 1, priority: 1 }];
    const aliases = aliasTable({
      plain: { targets },
      limited: { targets, contextWindow: 100_000, maxOutput: 5000, inputModalities: ['text'] },
    });
    await world.start({ deps: { models: { modelsOf: lists } }, routing: { aliases } });
    expect(await model('plain', version)).toMatchObject({
      max_input_tokens: 922_000,
      max_tokens: 128_000,
    });
    expect(await model('limited', version)).toMatchObject({
      max_input_tokens: 100_000,
      max_tokens: 5000,
      capabilities: { image_input: { supported: false } },
    });
    expect(await model('limited')).toMatchObject({
      context_length: 100_000,
      architecture: { input_modalities: ['text'], output_modalities: ['text'] },
      pricing: { prompt: '0.000002' },
    });
  });
});
