import type { AnswerEvent, Part } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { call, chunk, done, fn, part, stopped, thinking } from '../testing/chunks.ts';
import { decodeEvents, foldEvents } from '../testing/decode-events.ts';

const OPENAI = 'openai-chat';

const WORDS: readonly (readonly [
  name: string,
  chunks: readonly object[],
  parts: readonly Part[],
])[] = [
  [
    'text',
    [chunk({ role: 'assistant', content: '' }), chunk({ content: 'a' }), chunk({ content: 'b' })],
    [{ kind: 'text', text: 'ab' }],
  ],
  [
    'DeepSeek reasoning',
    [
      chunk({ content: null, reasoning_content: 'a' }),
      chunk({ content: '', reasoning_content: 'b' }),
      chunk({ content: 'c', reasoning_content: null }),
    ],
    [thinking('ab', 'reasoning_content'), { kind: 'text', text: 'c' }],
  ],
  [
    'Groq reasoning',
    [chunk({ reasoning: 'a' }), chunk({ content: 'b' })],
    [thinking('a', 'reasoning'), { kind: 'text', text: 'b' }],
  ],
  [
    'a chunk with everything is told in order',
    [
      chunk({
        tool_calls: [{ index: 0, id: 'a', ...fn('{}', 'look') }],
        content: 't',
        reasoning_content: 'r',
      }),
    ],
    [thinking('r', 'reasoning_content'), { kind: 'text', text: 't' }, part('a', '{}')],
  ],
  [
    'a change of kind ends a part',
    [chunk({ content: 'a' }), chunk({ reasoning: 'b' }), chunk({ content: 'c' })],
    [{ kind: 'text', text: 'a' }, thinking('b', 'reasoning'), { kind: 'text', text: 'c' }],
  ],
  [
    'a refusal',
    [chunk({ refusal: 'N' }), chunk({ refusal: 'o' })],
    [{ kind: 'refusal', text: 'No' }],
  ],
  [
    "Mistral's lists of thinking and text",
    [
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'a' }] }] }),
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'b' }] }] }),
      chunk({
        content: [
          { type: 'thinking', thinking: [] },
          { type: 'text', text: 'c' },
        ],
      }),
      chunk({ content: 'd' }),
    ],
    [thinking('ab', 'content'), { kind: 'text', text: 'cd' }],
  ],
  [
    'an unknown item of a list is kept',
    [
      chunk({ content: [{ type: 'text', text: 'a' }] }),
      chunk({ content: [{ type: 'reference', reference_ids: [1] }] }),
    ],
    [
      { kind: 'text', text: 'a' },
      { kind: 'opaque', dialect: OPENAI, value: { type: 'reference', reference_ids: [1] } },
    ],
  ],
  [
    'an empty legacy call is no call',
    [chunk({ content: 'a', function_call: { name: '', arguments: '' } })],
    [{ kind: 'text', text: 'a' }],
  ],
  [
    'annotations',
    [chunk({ content: 'a' }), chunk({ annotations: [{ type: 'url_citation' }] })],
    [{ kind: 'text', text: 'a', annotations: [{ type: 'url_citation' }] }],
  ],
  [
    'calls without text have no empty text',
    [chunk({ role: 'assistant', content: null }), call({ index: 0, id: 'a', ...fn('{}', 'look') })],
    [part('a', '{}')],
  ],
  [
    'fields beside the known ones are kept',
    [
      chunk({ content: 'a', reasoning_details: [{ text: '1' }] }),
      chunk({ reasoning_details: [{ text: '2' }] }),
    ],
    [
      { kind: 'text', text: 'a' },
      {
        kind: 'opaque',
        dialect: OPENAI,
        value: { reasoning_details: [{ text: '1' }, { text: '2' }] },
      },
    ],
  ],
];

describe('streams of chat completions', () => {
  test.each(WORDS)('%s', (_name, chunks, parts) => {
    const folded = foldEvents(OPENAI, [...chunks, ...stopped]);
    expect(folded.parts).toEqual(parts);
    expect(folded.failure).toBeUndefined();
  });

  const STOPS = [
    ['stop', 'end'],
    ['length', 'max-tokens'],
    ['tool_calls', 'tool-calls'],
    ['function_call', 'tool-calls'],
    ['content_filter', 'refusal'],
    ['something_new', undefined],
  ] as const;
  test.each(STOPS)('%s is %s', (reason, stopReason) => {
    const folded = foldEvents(OPENAI, [chunk({ content: 'a' }), chunk({}, reason), done]);
    expect(folded).toMatchObject({ stopReason, failure: undefined, ended: true });
  });

  test.each([null, ''])('[DONE] after the finish reason %j completes the answer', (reason) => {
    const words = foldEvents(OPENAI, [chunk({ content: 'a' }, reason), done]);
    expect(words).toMatchObject({ stopReason: 'end', failure: undefined, ended: true });
    const calls = [call({ index: 0, id: 'a', ...fn('{}', 'look') }), chunk({}, reason), done];
    expect(foldEvents(OPENAI, calls).stopReason).toBe('tool-calls');
  });

  test('a call that the limit cut off is not to be made', () => {
    const cut = [call({ index: 0, id: 'a', ...fn('{"x', 'look') }), chunk({}, 'length'), done];
    expect(foldEvents(OPENAI, cut).stopReason).toBe('max-tokens');
    const whole = [call({ index: 0, id: 'a', ...fn('{}', 'look') }), chunk({}, 'length'), done];
    expect(foldEvents(OPENAI, whole).stopReason).toBe('tool-calls');
  });

  test('declining in words is a refusal', () => {
    expect(foldEvents(OPENAI, [chunk({ refusal: 'No' }), ...stopped]).stopReason).toBe('refusal');
  });

  const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
  const counted = { inputTokens: 10, outputTokens: 4 };
  const USAGE: readonly (readonly [name: string, chunks: readonly unknown[], usage: object])[] = [
    [
      'behind the finish reason, without choices',
      [chunk({}, 'stop'), { id: 'chatcmpl-1', choices: [], usage }, done],
      counted,
    ],
    ['beside the finish reason', [{ ...chunk({}, 'stop'), usage }, done], counted],
    ["Groq's own place", [{ ...chunk({}, 'stop'), x_groq: { usage } }, done], counted],
    [
      'in every chunk, cumulative',
      [
        { ...chunk({ content: 'a' }), usage: { ...usage, completion_tokens: 2 } },
        { ...chunk({}, 'stop'), usage },
        done,
      ],
      counted,
    ],
    [
      'cached tokens are apart',
      [{ ...chunk({}, 'stop'), usage: { ...usage, prompt_tokens_details: { cached_tokens: 6 } } }],
      { inputTokens: 4, cacheReadTokens: 6, outputTokens: 4 },
    ],
    [
      'tokens both read and written count once',
      [
        {
          ...chunk({}, 'stop'),
          usage: {
            ...usage,
            prompt_tokens: 2168,
            prompt_tokens_details: { cached_tokens: 2154, cache_write_tokens: 2154 },
          },
        },
      ],
      { inputTokens: 0, cacheReadTokens: 2154, cacheWriteTokens: 14, outputTokens: 4 },
    ],
    [
      "Moonshot's place for cached tokens",
      [{ ...chunk({}, 'stop'), usage: { ...usage, cached_tokens: 6 } }],
      { inputTokens: 4, cacheReadTokens: 6, outputTokens: 4 },
    ],
    [
      'never negative',
      [{ ...chunk({}, 'stop'), usage: { ...usage, prompt_cache_hit_tokens: 60 } }],
      { inputTokens: 0, cacheReadTokens: 60, outputTokens: 4 },
    ],
    [
      "xAI's reasoning is part of the answer",
      [
        {
          ...chunk({}, 'stop'),
          usage: { ...usage, total_tokens: 20, completion_tokens_details: { reasoning_tokens: 6 } },
        },
      ],
      { inputTokens: 10, outputTokens: 10, reasoningTokens: 6 },
    ],
  ];
  test.each(USAGE)('usage: %s', (_name, chunks, expected) => {
    expect(foldEvents(OPENAI, chunks).usage).toEqual(expected);
  });

  const FAILURES: readonly (readonly [name: string, chunks: readonly unknown[], code: string])[] = [
    ['nothing at all', [], 'UPSTREAM_CUT'],
    ['no finish reason', [chunk({ content: 'a' })], 'UPSTREAM_CUT'],
    ['nothing but [DONE]', [done], 'UPSTREAM_CUT'],
    ['an empty finish reason', [chunk({ content: 'a' }, '')], 'UPSTREAM_CUT'],
    ['not JSON', [chunk({ content: 'a' }), '{"id":'], 'UPSTREAM_MALFORMED'],
    [
      'an error inside',
      [chunk({ content: 'a' }), { error: { message: 'm', code: 'rate_limit_exceeded' } }],
      'UPSTREAM_RATE_LIMITED',
    ],
    [
      'an error beside a choice',
      [{ ...chunk({}, 'error'), error: { message: 'm', code: 502 } }],
      'UPSTREAM_FAULT',
    ],
  ];
  test.each(FAILURES)('%s fails', (_name, chunks, code) => {
    const events = decodeEvents(OPENAI, chunks);
    expect(events.filter(isLast)).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'failure', failure: { code } });
  });

  test('without [DONE] a finish reason is the end', () => {
    expect(foldEvents(OPENAI, [chunk({ content: 'a' }, 'stop')])).toMatchObject({
      stopReason: 'end',
      failure: undefined,
    });
  });

  test("Azure's first chunk is not the beginning", () => {
    const events = decodeEvents(OPENAI, [
      { id: '', model: '', choices: [] },
      chunk({ content: 'a' }),
      ...stopped,
    ]);
    expect(events.filter(({ kind }) => kind === 'start')).toEqual([
      { kind: 'start', id: 'chatcmpl-1', model: 'gpt' },
    ]);
  });

  test('decodes only the first of several choices', () => {
    const other = {
      id: 'c',
      choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'length' }],
    };
    const folded = foldEvents(OPENAI, [chunk({ content: 'yes' }), other, ...stopped]);
    expect(folded).toMatchObject({ parts: [{ text: 'yes' }], stopReason: 'end' });
  });

  test('any chunks at all are survived, with one end', () => {
    const toolCall = fc.record(
      {
        index: fc.constantFrom(0, 1, -1, null),
        id: fc.constantFrom('', 'a', 'b'),
        function: fc.oneof(
          fc.jsonValue(),
          fc.record({ name: fc.constantFrom('', 'f'), arguments: fc.jsonValue() }),
        ),
      },
      { requiredKeys: [] },
    );
    const delta = fc.record(
      {
        content: fc.jsonValue(),
        reasoning: fc.jsonValue(),
        refusal: fc.jsonValue(),
        annotations: fc.jsonValue(),
        audio: fc.jsonValue(),
        tool_calls: fc.oneof(fc.jsonValue(), fc.array(toolCall, { maxLength: 3 })),
      },
      { requiredKeys: [] },
    );
    const any = fc.record(
      {
        id: fc.jsonValue(),
        usage: fc.jsonValue(),
        choices: fc.oneof(
          fc.jsonValue(),
          fc.tuple(fc.record({ delta, finish_reason: fc.jsonValue() })),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (chunks) => {
        expectOrdered(decodeEvents(OPENAI, [chunk({ role: 'assistant' }), ...chunks]));
      }),
      { numRuns: 100 },
    );
  });
});

function isLast(event: AnswerEvent): boolean {
  return event.kind === 'finish' || event.kind === 'failure';
}

/** One start, parts in order and each ended once at a proper end, one end, nothing behind it. */
function expectOrdered(events: readonly AnswerEvent[]): void {
  const started = events.flatMap((event) => (event.kind === 'part-start' ? [event.index] : []));
  const ended = events.flatMap((event) => (event.kind === 'part-end' ? [event.index] : []));
  expect(started).toEqual(started.map((_, index) => index));
  if (events.at(-1)?.kind === 'finish') {
    expect([...ended].sort((left, right) => left - right)).toEqual(started);
  }
  expect(events.filter(({ kind }) => kind === 'start')).toHaveLength(1);
  expect(events.findIndex(isLast)).toBe(events.length - 1);
}
