import { expectOk, type JsonObject } from '@postern/kernel';
import type { DialectId, ModelAnswer, Part, StopReason, Usage } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from './dialects.ts';
import { listOf, objectOf } from './json/read-json.ts';
import { text, user } from './testing/turns.ts';

const A = DIALECTS['anthropic-messages'];
const O = DIALECTS['openai-chat'];
const META = { createdAtMs: 1_700_000_000_999 };

function answer(rest: Partial<ModelAnswer> = {}): ModelAnswer {
  return { id: 'x1', model: 'm', parts: [], stopReason: 'end', usage: {}, ...rest };
}

const encodeO = (rest: Partial<ModelAnswer>): JsonObject =>
  O.encodeAnswer(answer(rest), META).value;
const encodeA = (rest: Partial<ModelAnswer>): JsonObject =>
  A.encodeAnswer(answer(rest), META).value;

const messageO = (parts: readonly Part[]): unknown => encodeO({ parts });
const completion = (
  message: JsonObject,
  finish_reason = 'stop',
  rest: JsonObject = {},
): JsonObject => ({
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ index: 0, message, finish_reason }],
  ...rest,
});

describe('whole answers toward an OpenAI client', () => {
  const REASONS: readonly (readonly [StopReason, string])[] = [
    ['end', 'stop'],
    ['stop-sequence', 'stop'],
    ['max-tokens', 'length'],
    ['context-full', 'length'],
    ['tool-calls', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
  ];
  test.each(REASONS)('%s is %s', (stopReason, reason) => {
    expect(encodeO({ stopReason })).toMatchObject({ choices: [{ finish_reason: reason }] });
  });

  test('the prompt is what was read, written and cached', () => {
    const usage: Usage = {
      inputTokens: 1,
      cacheReadTokens: 2,
      cacheWriteTokens: 4,
      outputTokens: 8,
      reasoningTokens: 3,
    };
    expect(encodeO({ usage })['usage']).toEqual({
      prompt_tokens: 7,
      completion_tokens: 8,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
  });

  test('the shape', () => {
    expect(encodeO({})).toMatchObject({
      id: 'chatcmpl-x1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'm',
    });
    const extra = { dialect: 'openai-chat', fields: { created: 5 } } as const;
    expect(encodeO({ extra })).toMatchObject({ id: 'x1', created: 5 });
  });

  const MESSAGES: readonly (readonly [
    name: string,
    parts: readonly Part[],
    message: JsonObject,
  ])[] = [
    [
      'thinking',
      [
        { kind: 'thinking', text: 'hm', signature: 's' },
        { kind: 'text', text: 'a' },
      ],
      { reasoning_content: 'hm', content: 'a' },
    ],
    [
      'calls alone',
      [{ kind: 'tool-call', callId: 'c', name: 'f', inputJson: '{}' }],
      { content: null },
    ],
    ['a refusal', [{ kind: 'refusal', text: 'No' }], { content: null, refusal: 'No' }],
    [
      'ids are mapped here too',
      [{ kind: 'tool-call', callId: 'a:0', name: 'f', inputJson: '{}' }],
      { tool_calls: [{ id: 'pid_a-3a-0' }] },
    ],
    [
      "another dialect's blocks and citations are left out",
      [
        { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'fallback' } },
        { kind: 'text', text: 'a', annotations: [{ type: 'char_location' }] },
      ],
      { content: 'a' },
    ],
  ];
  test.each(MESSAGES)('%s', (_name, parts, message) => {
    expect(messageO(parts)).toMatchObject({ choices: [{ message }] });
  });

  test('citations of another dialect leave no trace', () => {
    const parts = [{ kind: 'text', text: 'a', annotations: [{ type: 'char_location' }] }] as const;
    expect(JSON.stringify(encodeO({ parts }))).not.toMatch(/annotations|char_location/);
    const foreign = [{ kind: 'text', text: 'a', annotations: [{ type: 'url_citation' }] }] as const;
    expect(JSON.stringify(encodeA({ parts: foreign }))).not.toMatch(/citation/);
  });
});

describe('whole answers toward an Anthropic client', () => {
  test('counts that are not known are 0 where they are required', () => {
    expect(encodeA({})['usage']).toEqual({ input_tokens: 0, output_tokens: 0 });
    expect(encodeA({ usage: { inputTokens: 4, cacheReadTokens: 6 } })['usage']).toEqual({
      input_tokens: 4,
      cache_read_input_tokens: 6,
      output_tokens: 0,
    });
  });

  test('the shape', () => {
    expect(encodeA({ id: 'chatcmpl-x1' })).toEqual({
      id: 'msg_chatcmplx1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    });
  });

  test('a refusal is text', () => {
    const refused = expectOk(O.decodeAnswer(completion({ content: null, refusal: 'No' })));
    expect(A.encodeAnswer(refused, META).value).toMatchObject({
      content: [{ type: 'text', text: 'No' }],
      stop_reason: 'refusal',
    });
  });

  test('calls alone have no empty text', () => {
    const tool_calls = [
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
    ];
    const called = expectOk(O.decodeAnswer(completion({ content: null, tool_calls }, 'stop')));
    expect(A.encodeAnswer(called, META).value).toMatchObject({
      content: [{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }],
      stop_reason: 'tool_use',
    });
  });
});

describe('decoding whole answers', () => {
  const MALFORMED: readonly (readonly [name: string, body: JsonObject])[] = [
    ['an empty object', {}],
    ['an error', { type: 'error', error: { type: 'api_error', message: 'm' } }],
    ['content that is no list', { content: 'a' }],
    ['no choices', { choices: [] }],
    ['a choice without a message', { choices: [{}] }],
  ];
  test.each(MALFORMED)('%s is malformed', (_name, body) => {
    for (const dialect of [A, O]) {
      expect(dialect.decodeAnswer(body)).toMatchObject({
        ok: false,
        failure: { reason: 'malformed' },
      });
    }
  });

  const tool_calls = [{ type: 'function', function: { name: 'f', arguments: '' } }];
  const O_ROWS: readonly (readonly [name: string, body: JsonObject, decoded: object])[] = [
    [
      'stop with calls',
      completion({ tool_calls }, 'stop'),
      { stopReason: 'tool-calls', parts: [{ callId: 'call_0', inputJson: '{}' }] },
    ],
    ['length', completion({ content: 'a' }, 'length'), { stopReason: 'max-tokens' }],
    ['content_filter', completion({ content: 'a' }, 'content_filter'), { stopReason: 'refusal' }],
    [
      'content in parts',
      completion({
        content: [
          { type: 'text', text: 'a' },
          { type: 'refusal', refusal: 'b' },
        ],
      }),
      {
        parts: [
          { kind: 'text', text: 'a' },
          { kind: 'refusal', text: 'b' },
        ],
      },
    ],
    [
      "Mistral's list of thinking and text",
      completion({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] },
          { type: 'text', text: 'b' },
        ],
      }),
      {
        parts: [
          { kind: 'thinking', text: 'a' },
          { kind: 'text', text: 'b' },
        ],
      },
    ],
    [
      'an empty finish reason and an empty legacy call',
      completion({ content: 'a', function_call: { name: '', arguments: '' } }, ''),
      { stopReason: 'end', parts: [{ kind: 'text', text: 'a' }] },
    ],
    [
      'tokens that were both read and written',
      completion({ content: 'a' }, 'stop', {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 1,
          prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 9 },
        },
      }),
      { usage: { inputTokens: 0, cacheReadTokens: 8, cacheWriteTokens: 2, outputTokens: 1 } },
    ],
    [
      'a call without a name',
      completion({ tool_calls: [{ id: 'a', function: {} }] }),
      { parts: [{ kind: 'opaque' }], stopReason: 'end' },
    ],
    [
      'a changed name',
      completion({ tool_calls: [{ id: 'a', function: { name: 'short', arguments: '{}' } }] }),
      { parts: [{ name: 'long' }] },
    ],
  ];
  test.each(O_ROWS)('%s', (_name, body, decoded) => {
    const options = { toolNames: new Map([['short', 'long']]) };
    expect(expectOk(O.decodeAnswer(body, options))).toMatchObject(decoded);
  });

  test("Mistral's list of thinking and text is encoded as it came", () => {
    const message = {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] },
        { type: 'text', text: 'b' },
      ],
    };
    const decoded = expectOk(O.decodeAnswer(completion(message)));
    expect(O.encodeAnswer(decoded, META).value).toMatchObject({ choices: [{ message }] });
    expect(A.encodeAnswer(decoded, META).value['content']).toEqual([
      { type: 'thinking', thinking: 'a', signature: '' },
      { type: 'text', text: 'b' },
    ]);
  });

  test('several choices are kept', () => {
    const others = [
      { index: 1, message: { role: 'assistant', content: 'b' }, finish_reason: 'stop' },
    ];
    const message = { role: 'assistant', content: 'a' };
    const first = { index: 0, message, finish_reason: 'stop' };
    const decoded = expectOk(O.decodeAnswer({ id: 'c', model: 'm', choices: [first, ...others] }));
    expect(O.encodeAnswer(decoded, META).value['choices']).toEqual([first, ...others]);
  });
});

describe('what an answer loses', () => {
  const stopped = { stopReason: 'stop-sequence', stopSequence: 's' } as const;
  const opaque = (dialect: DialectId): Part => ({ kind: 'opaque', dialect, value: {} });

  test('is named', () => {
    const ofO = answer({ ...stopped, parts: [opaque('openai-chat')] });
    expect(A.encodeAnswer(ofO, META).warnings).toMatchObject([
      { kind: 'dropped', path: 'parts[0]' },
    ]);
    const ofA = answer({ ...stopped, parts: [opaque('anthropic-messages')] });
    expect(O.encodeAnswer(ofA, META).warnings).toMatchObject([
      { kind: 'dropped', path: 'parts[0]' },
      { kind: 'dropped', path: 'stopSequence' },
    ]);
  });

  test('is nothing where it loses nothing', () => {
    const plain = answer({ parts: [{ kind: 'text', text: 't' }] });
    expect([A, O].map((dialect) => dialect.encodeAnswer(plain, META).warnings)).toEqual([[], []]);
  });
});

describe('signed thinking', () => {
  test('comes back from an OpenAI client', () => {
    const thought = [
      { kind: 'thinking', text: 'hm', signature: 's' },
      { kind: 'redacted-thinking', data: 'd' },
      { kind: 'text', text: 'a' },
    ] as const;
    const answer = { id: 'x', model: 'm', parts: thought, stopReason: 'end', usage: {} } as const;
    const completion = O.encodeAnswer(answer, { createdAtMs: 0 }).value;
    const message = objectOf(objectOf(listOf(completion['choices'])?.[0])?.['message']) ?? {};
    const asked = { role: 'user', content: 'q' };
    const body = { model: 'm', messages: [asked, message, asked] };
    const request = expectOk(O.decodeRequest(body));
    expect(request.turns).toEqual([
      user(text('q')),
      { role: 'assistant', parts: thought },
      user(text('q')),
    ]);
    expect(JSON.stringify(expectOk(A.encodeRequest(request)).value)).toContain('"signature":"s"');
    expect(JSON.stringify(expectOk(O.encodeRequest(request)).value)).not.toMatch(/"s"|hm/);
  });
});
