import type { JsonValue } from '@postern/kernel';
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
});
