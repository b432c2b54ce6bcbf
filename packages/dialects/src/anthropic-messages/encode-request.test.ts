import { expectOk, type JsonObject } from '@postern/kernel';
import type { ModelRequest, Part } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { call, text, user } from '../testing/turns.ts';
import { anthropicMessages } from './dialect.ts';

function request(rest: Partial<ModelRequest>): ModelRequest {
  return { model: 'claude-sonnet-4-5', turns: [user(text('q'))], stream: true, ...rest };
}

function encode(rest: Partial<ModelRequest>): JsonObject {
  return expectOk(anthropicMessages.encodeRequest(request(rest))).value;
}

describe('settings toward the Messages API', () => {
  const MAX_TOKENS: readonly (readonly [model: string, asked: number | undefined, sent: number])[] =
    [
      ['claude-sonnet-4-5', 100, 100],
      ['claude-sonnet-4-5', undefined, 64_000],
      ['claude-opus-4-1-20250805', undefined, 32_000],
      ['claude-opus-4-1-20250805', 50_000, 32_000],
      ['claude-opus-4-20250514', undefined, 32_000],
      ['claude-opus-4-7', undefined, 128_000],
      ['claude-sonnet-4-20250514', undefined, 64_000],
      ['claude-3-5-haiku-20241022', 9_000, 8_192],
      ['claude-3-haiku-20240307', undefined, 4_096],
      ['anthropic/claude-haiku-4-5', undefined, 64_000],
      ['claude-opus-5', 200_000, 200_000],
      ['some-other-model', undefined, 8_192],
    ];
  test.each(MAX_TOKENS)('max_tokens of %s, asked for %s, is %i', (model, asked, sent) => {
    const maxOutputTokens = asked === undefined ? {} : { maxOutputTokens: asked };
    expect(encode({ model, ...maxOutputTokens })['max_tokens']).toBe(sent);
  });

  const tools = [{ name: 'look', inputSchema: { type: 'object' } }];
  const SETTINGS: readonly (readonly [name: string, Partial<ModelRequest>, JsonObject])[] = [
    ['temperature is at most 1', { temperature: 1.7 }, { temperature: 1 }],
    ['not both', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5 }],
    ['top_p alone', { topP: 0.9 }, { top_p: 0.9 }],
    ['blank stops go', { stopSequences: ['\n', 'END'] }, { stop_sequences: ['END'] }],
    ['only blank stops', { stopSequences: [' '] }, {}],
    [
      'serial calls need a choice',
      { tools, parallelToolCalls: false },
      {
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
    ],
    [
      'serial calls, one of them demanded',
      { tools, toolChoice: { kind: 'required' }, parallelToolCalls: false },
      {
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      },
    ],
    [
      'a choice of tool',
      { tools, toolChoice: { kind: 'tool', name: 'look' } },
      {
        tool_choice: { type: 'tool', name: 'look' },
      },
    ],
    [
      'no choice',
      { tools, toolChoice: { kind: 'none' }, parallelToolCalls: false },
      { tool_choice: { type: 'none' } },
    ],
    ['a choice without tools is not sent', { toolChoice: { kind: 'required' } }, {}],
    [
      'fields of another dialect are not sent',
      { extra: { dialect: 'openai-chat', fields: { seed: 1 } } },
      {},
    ],
    [
      'own fields are',
      { extra: { dialect: 'anthropic-messages', fields: { top_k: 5 } } },
      { top_k: 5 },
    ],
  ];
  test.each(SETTINGS)('%s', (_name, rest, sent) => {
    const always = encode({});
    const body = Object.entries(encode(rest)).filter(
      ([key]) => !(key in always || key === 'tools'),
    );
    expect(Object.fromEntries(body)).toEqual(sent);
  });

  test('a tool without a schema gets one, and a name that fits', () => {
    const body = encode({
      tools: [{ name: 'a.b', inputSchema: null, description: 'd', strict: true }],
    });
    expect(body['tools']).toEqual([
      {
        name: expect.stringMatching(/^a_b_[0-9a-z]{20}$/) as unknown,
        description: 'd',
        input_schema: { type: 'object', properties: {} },
        strict: true,
      },
    ]);
  });

  test.each([
    [{}, { type: 'object' }],
    [{ properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
    [
      { type: 'object', required: [] },
      { type: 'object', required: [] },
    ],
  ])('a schema without a type is one of an object: %j', (inputSchema, expected) => {
    const body = encode({ tools: [{ name: 'look', inputSchema }] });
    expect(body['tools']).toEqual([{ name: 'look', input_schema: expected }]);
  });

  test('whatever the turns, the messages are what the API takes', () => {
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.string({ maxLength: 3 }).map(text),
      fc.constantFrom('a', 'b', 'c:').map((id) => call(id)),
      fc.constantFrom<Part>(
        { kind: 'thinking', text: 't' },
        { kind: 'thinking', text: 't', signature: 's' },
      ),
    );
    const turn = fc.record({
      role: fc.constantFrom('user' as const, 'assistant' as const),
      parts: fc.array(part, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 6 }), (turns) => {
        const body = anthropicMessages.encodeRequest(
          request({ turns: [user(text('q')), ...turns] }),
        );
        // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the check is what reads it
        expectValid(expectOk(body).value['messages'] as unknown as readonly WireMessage[]);
      }),
      { numRuns: 100 },
    );
  });
});

interface WireMessage {
  readonly role: string;
  readonly content: readonly {
    readonly type: string;
    readonly id?: string;
    readonly text?: string;
    readonly tool_use_id?: string;
  }[];
}

function expectValid(messages: readonly WireMessage[]): void {
  const ids: string[] = [];
  messages.forEach(({ role, content }, index) => {
    expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant');
    expect(content.length).toBeGreaterThan(0);
    for (const { text: words } of content) expect(words?.trim()).not.toBe('');
    const calls = content.flatMap(({ id }) => (id === undefined ? [] : [id]));
    const next = messages[index + 1]?.content ?? [];
    const results = next.slice(0, calls.length).map((block) => block.tool_use_id);
    expect([...results].sort()).toEqual([...calls].sort());
    ids.push(...calls);
  });
  expect(new Set(ids).size).toBe(ids.length);
}
