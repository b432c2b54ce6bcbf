import type { JsonObject, JsonValue } from '@postern/kernel';
import type { ModelFacts } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { ModelEntry } from '../dialect.ts';
import { DIALECTS } from '../dialects.ts';

const A = DIALECTS['anthropic-messages'];
const O = DIALECTS['openai-chat'];

const MODELS: readonly ModelEntry[] = [
  { id: 'anthropic/claude-sonnet-4-5', label: 'Claude Sonnet 4.5', createdAtMs: 1_758_000_000_000 },
  { id: 'llama', label: 'llama' },
];

describe('lists of models', () => {
  test('in the shape of the Messages API', () => {
    expect(A.encodeModels(MODELS)).toEqual({
      data: [
        {
          type: 'model',
          id: 'anthropic/claude-sonnet-4-5',
          display_name: 'Claude Sonnet 4.5',
          created_at: '2025-09-16T05:20:00Z',
        },
        { type: 'model', id: 'llama', display_name: 'llama' },
      ],
      has_more: false,
      first_id: 'anthropic/claude-sonnet-4-5',
      last_id: 'llama',
    });
    expect(A.encodeModels(MODELS, true)).toMatchObject({ has_more: true });
    expect(A.encodeModels([])).toMatchObject({ data: [], first_id: null, last_id: null });
  });

  test('in the shape of OpenAI', () => {
    expect(O.encodeModels(MODELS)).toEqual({
      object: 'list',
      data: [
        {
          id: 'anthropic/claude-sonnet-4-5',
          object: 'model',
          created: 1_758_000_000,
          owned_by: 'anthropic',
        },
        { id: 'llama', object: 'model', owned_by: 'system' },
      ],
    });
  });

  test('what was encoded is decoded', () => {
    expect(A.decodeModels(A.encodeModels(MODELS))).toEqual({ ok: true, value: MODELS });
    const ids = MODELS.map((model) => ({ ...model, label: model.id }));
    expect(O.decodeModels(O.encodeModels(MODELS))).toEqual({ ok: true, value: ids });
  });

  const ROWS: readonly (readonly [name: string, body: JsonValue, models: readonly ModelEntry[]])[] =
    [
      ['OpenRouter names', { data: [{ id: 'a/b', name: 'B' }] }, [{ id: 'a/b', label: 'B' }]],
      ['a bare list', [{ id: 'a' }], [{ id: 'a', label: 'a' }]],
      ['entries that are none', { data: [null, 'a', {}, { id: '' }, { id: 5 }] }, []],
      [
        'dates beyond the calendar',
        { data: [{ id: 'a', created: 1e300, created_at: 'x' }] },
        [{ id: 'a', label: 'a' }],
      ],
    ];
  test.each(ROWS)('%s', (_name, body, models) => {
    expect(A.decodeModels(body)).toEqual({ ok: true, value: models });
    expect(O.decodeModels(body)).toEqual({ ok: true, value: models });
    expect(A.encodeModels(models)).toMatchObject({ has_more: false });
  });

  test.each([[null], ['text'], [{}], [{ data: {} }]])('%j is no list', (body) => {
    expect(O.decodeModels(body)).toMatchObject({ ok: false, failure: { reason: 'malformed' } });
  });

  const KNOWN: ModelEntry = {
    id: 'openai/gpt',
    label: 'openai/gpt',
    contextWindow: 1_050_000,
    maxOutput: 128_000,
    inputModalities: ['text', 'image'],
    outputModalities: ['text'],
    price: { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5, request: 0.01 },
  };

  test('facts in the fields of OpenRouter, with prices for one token', () => {
    const encoded = O.encodeModel(KNOWN);
    expect(encoded).toEqual({
      id: 'openai/gpt',
      object: 'model',
      owned_by: 'openai',
      context_length: 1_050_000,
      architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
      pricing: {
        prompt: '0.000002',
        completion: '0.00001',
        input_cache_read: '0.0000001',
        input_cache_write: '0.0000025',
        request: '0.01',
      },
      top_provider: { context_length: 1_050_000, max_completion_tokens: 128_000 },
    });
    expect(O.decodeModels([encoded])).toEqual({ ok: true, value: [KNOWN] });
    expect(O.encodeModel({ ...KNOWN, price: { input: 0, output: 1e-6 } })).toMatchObject({
      pricing: { prompt: '0', completion: '0.000000000001' },
    });
  });

  test('facts in the fields of the Messages API, which has none for prices', () => {
    const capabilities = { image_input: { supported: true }, pdf_input: { supported: false } };
    expect(A.encodeModel(KNOWN)).toEqual({
      type: 'model',
      id: 'openai/gpt',
      display_name: 'openai/gpt',
      max_input_tokens: 1_050_000,
      max_tokens: 128_000,
      capabilities,
    });
    expect(A.encodeModel({ ...KNOWN, maxInput: 922_000 })).toMatchObject({
      max_input_tokens: 922_000,
    });
    const { contextWindow, maxOutput, inputModalities, id, label } = KNOWN;
    expect(A.decodeModels([A.encodeModel(KNOWN)])).toEqual({
      ok: true,
      value: [{ id, label, contextWindow, maxOutput, inputModalities }],
    });
  });

  // As documented by each server, shortened.
  const SERVERS: readonly (readonly [server: string, fields: JsonObject, facts: ModelFacts])[] = [
    [
      'OpenRouter',
      {
        context_length: 262_144,
        supported_parameters: ['temperature', 'tools'],
        architecture: { input_modalities: ['text', 'image', 'x'], output_modalities: ['text'] },
        pricing: { prompt: '0.0000003', completion: '0.0000012', request: '0' },
        top_provider: { context_length: 262_144, max_completion_tokens: 32_768 },
      },
      {
        contextWindow: 262_144,
        maxOutput: 32_768,
        inputModalities: ['text', 'image'],
        outputModalities: ['text'],
        tools: true,
        reasoning: false,
        price: { input: 0.3, output: 1.2, request: 0 },
      },
    ],
    [
      'OpenRouter, routed',
      { context_length: 2_000_000, pricing: { prompt: '-1', completion: '-1' } },
      { contextWindow: 2_000_000 },
    ],
    [
      'Together',
      { context_length: 131_072, pricing: { hourly: 0, input: 0.18, output: 0.59 } },
      { contextWindow: 131_072, price: { input: 0.18, output: 0.59 } },
    ],
    [
      'Fireworks',
      { context_length: 131_072, supports_tools: false, supports_image_input: true },
      { contextWindow: 131_072, inputModalities: ['text', 'image'], tools: false },
    ],
    [
      'Anthropic',
      {
        max_input_tokens: 1_000_000,
        max_tokens: 128_000,
        capabilities: { image_input: { supported: true }, pdf_input: { supported: true } },
      },
      {
        contextWindow: 1_000_000,
        maxOutput: 128_000,
        inputModalities: ['text', 'image', 'file'],
      },
    ],
    ['Anthropic, unknown', { max_input_tokens: null, max_tokens: null, capabilities: null }, {}],
    [
      'Groq',
      { active: true, context_window: 131_072, max_completion_tokens: 32_768 },
      { contextWindow: 131_072, maxOutput: 32_768 },
    ],
    [
      'Mistral',
      {
        max_context_length: 262_144,
        capabilities: { completion_chat: true, function_calling: true, vision: false },
      },
      { contextWindow: 262_144, inputModalities: ['text'], tools: true },
    ],
    ['vLLM', { max_model_len: 32_768 }, { contextWindow: 32_768 }],
    ['llama.cpp', { meta: { n_ctx: 4096, n_ctx_train: 131_072 } }, { contextWindow: 4096 }],
    ['llama.cpp, older', { meta: { n_ctx_train: 131_072 } }, { contextWindow: 131_072 }],
    ['a server without facts', { object: 'model', owned_by: 'library' }, {}],
    ['a server that means something else with max_tokens', { max_tokens: 5 }, {}],
    ...[0, -1, 1.5, 1e300, '131072', null, {}].map(
      (length) => [`the length ${JSON.stringify(length)}`, { context_length: length }, {}] as const,
    ),
    [
      'values that are no prices',
      { context_length: 1, pricing: { prompt: 'Infinity', completion: '1' }, top_provider: 3 },
      { contextWindow: 1 },
    ],
    [
      'prices above all bounds',
      { context_length: 1, pricing: { prompt: 1e300, completion: 1 } },
      { contextWindow: 1 },
    ],
    [
      'no known modality',
      {
        context_length: 1,
        architecture: { input_modalities: ['x', 5], output_modalities: 'text' },
      },
      { contextWindow: 1 },
    ],
  ];
  test.each(SERVERS)('what %s says about a model', (_server, fields, facts) => {
    expect(O.decodeModels({ data: [{ id: 'm', ...fields }] })).toEqual({
      ok: true,
      value: [{ id: 'm', label: 'm', ...facts }],
    });
  });
});
