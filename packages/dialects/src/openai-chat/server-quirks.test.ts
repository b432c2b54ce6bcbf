import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest, ServerQuirks } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { assistant, call, result, text, user } from '../testing/turns.ts';
import { openaiChat } from './dialect.ts';

const QUESTION: ModelRequest = { model: 'm', turns: [user(text('q'))], stream: false };
const schema = { type: 'object' };

type Row = readonly [
  name: string,
  quirks: ServerQuirks,
  asked: Partial<ModelRequest>,
  sent: JsonObject,
  warnings: readonly string[],
];

const ROWS: readonly Row[] = [
  [
    'the older token limit',
    { tokenLimit: 'max_tokens' },
    { model: 'o3', maxOutputTokens: 9 },
    { max_tokens: 9 },
    [],
  ],
  [
    'the newer token limit',
    { tokenLimit: 'max_completion_tokens' },
    { maxOutputTokens: 9 },
    { max_completion_tokens: 9 },
    [],
  ],
  ['usage that comes unasked', { usageUnasked: true }, { stream: true }, { stream: true }, []],
  [
    'an effort that it has',
    { efforts: ['none', 'high'] },
    { reasoning: { effort: 'none' } },
    { reasoning_effort: 'none' },
    [],
  ],
  [
    'the nearest effort',
    { efforts: ['none', 'low', 'medium', 'high'] },
    { reasoning: { effort: 'max' } },
    { reasoning_effort: 'high' },
    ['changed reasoning.effort'],
  ],
  [
    'the nearest effort is never none',
    { efforts: ['none', 'high'] },
    { reasoning: { effort: 'minimal' } },
    { reasoning_effort: 'high' },
    ['changed reasoning.effort'],
  ],
  [
    'no reasoning for a server that always reasons',
    { efforts: ['low', 'medium', 'high'] },
    { reasoning: { mode: 'off' } },
    { reasoning_effort: 'low' },
    ['changed reasoning.effort'],
  ],
  [
    'an effort in an object',
    { reasoning: 'reasoning-object' },
    { reasoning: { effort: 'high', summary: 'none' } },
    { reasoning: { effort: 'high', exclude: true } },
    [],
  ],
  [
    'a budget in an object',
    { reasoning: 'reasoning-object' },
    { reasoning: { budgetTokens: 3000 } },
    { reasoning: { max_tokens: 3000 } },
    [],
  ],
  [
    'a switch',
    { reasoning: 'thinking-switch' },
    { reasoning: { effort: 'high' } },
    { thinking: { type: 'enabled' } },
    [],
  ],
  [
    'a switch that is off',
    { reasoning: 'thinking-switch' },
    { reasoning: { mode: 'off' } },
    { thinking: { type: 'disabled' } },
    [],
  ],
  [
    'more stops',
    { maxStops: 5 },
    { stopSequences: ['a', 'b', 'c', 'd', 'e'] },
    { stop: ['a', 'b', 'c', 'd', 'e'] },
    [],
  ],
  [
    'no strict tools',
    { refusesStrict: true },
    { tools: [{ name: 'look', inputSchema: schema, strict: true }] },
    { tools: [{ type: 'function', function: { name: 'look', parameters: schema } }] },
    ['dropped tools[0].strict'],
  ],
  [
    'no schemas',
    { refusesSchemas: true },
    { responseFormat: { kind: 'json-schema', schema } },
    { response_format: { type: 'json_object' } },
    ['changed responseFormat'],
  ],
  ['top_k', { takesTopK: true }, { topK: 5 }, { top_k: 5 }, []],
  ['another name for the seed', { seedField: 'random_seed' }, { seed: 5 }, { random_seed: 5 }, []],
  [
    'settings that it rejects',
    { refuses: ['seed', 'userId', 'metadata', 'reasoning', 'parallelToolCalls'] },
    {
      seed: 1,
      userId: 'u',
      metadata: { a: 'b' },
      reasoning: { effort: 'low' },
      presencePenalty: 1,
    },
    { presence_penalty: 1 },
    ['dropped seed', 'dropped userId', 'dropped metadata', 'dropped reasoning'],
  ],
];

describe("a server's quirks", () => {
  test.each(ROWS)('%s', (_name, quirks, asked, sent, expected) => {
    const request = { ...QUESTION, ...asked };
    const { value, warnings } = expectOk(openaiChat.encodeRequest(request, { quirks }));
    const { model, messages, stream, ...settings } = value;
    expect(model).toBe(request.model);
    expect(messages).toHaveLength(1);
    expect({ ...settings, ...(stream === true && { stream }) }).toEqual(sent);
    expect(warnings.map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });

  test('one stop too many is refused, with the limit', () => {
    const stopSequences = ['a', 'b', 'c', 'd', 'e', 'f'];
    const encoded = openaiChat.encodeRequest(
      { ...QUESTION, stopSequences },
      { quirks: { maxStops: 5 } },
    );
    expect(encoded).toMatchObject({ failure: { reason: 'unsupported', path: 'stop' } });
  });

  test('an image by address is refused if the server fetches none', () => {
    const url = 'https://example.org/a.png';
    const turns = [user({ kind: 'image', source: { kind: 'url', url } })];
    const refused = openaiChat.encodeRequest(
      { ...QUESTION, turns },
      { quirks: { refusesImageUrls: true } },
    );
    expect(refused).toMatchObject({ failure: { reason: 'unsupported', path: 'messages[0]' } });
    expect(openaiChat.encodeRequest({ ...QUESTION, turns })).toMatchObject({ ok: true });
  });

  test('ids of calls have nine letters and digits, the same for a call and its result', () => {
    const turns = [
      user(text('q')),
      assistant(call('toolu_01ABC'), call('abcDEF123')),
      user(result('toolu_01ABC'), result('abcDEF123')),
    ];
    const quirks = { nineCharacterCallIds: true } as const;
    const { value } = expectOk(openaiChat.encodeRequest({ ...QUESTION, turns }, { quirks }));
    const wire = JSON.stringify(value['messages']);
    const ids = [...wire.matchAll(/"(?:id|tool_call_id)":"([^"]*)"/g)].map(([, id]) => id);
    const [first, second, firstResult, secondResult] = ids;
    expect(first).toMatch(/^[a-z0-9]{9}$/);
    expect(second).toBe('abcDEF123');
    expect([firstResult, secondResult]).toEqual([first, second]);
  });
});
