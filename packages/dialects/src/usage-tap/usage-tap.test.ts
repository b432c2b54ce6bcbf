import { encodeUtf8 } from '@postern/kernel';
import type { DialectId, Usage } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../dialects.ts';

function tapped(dialect: DialectId, stream: string): { usage: Usage; textLength: number } {
  const bytes = encodeUtf8(stream);
  const outcomes = [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))].map((chunks) => {
    const tap = DIALECTS[dialect].usageTap();
    for (const chunk of chunks) tap.push(chunk);
    tap.end();
    return { usage: tap.usage(), textLength: tap.textLength() };
  });
  expect(outcomes[0]).toEqual(outcomes[1]);
  return outcomes[0] ?? { usage: {}, textLength: -1 };
}

const A = 'anthropic-messages';
const O = 'openai-chat';

const delta = (fields: object): string =>
  `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: fields })}\n\n`;
const chunk = (fields: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: fields, finish_reason: null }], ...rest })}\n\n`;

const ROWS: readonly (readonly [
  name: string,
  DialectId,
  stream: string,
  Usage,
  textLength: number,
])[] = [
  [
    'the first and the last counts',
    A,
    'data: {"type":"message_start","message":{"usage":{"input_tokens":5,"cache_read_input_tokens":2,"output_tokens":1}}}\n\n' +
      'data: {"type":"message_delta","delta":{},"usage":{"output_tokens":9,"input_tokens":6}}\n\n',
    { inputTokens: 6, cacheReadTokens: 2, outputTokens: 9 },
    0,
  ],
  [
    'text, thinking and arguments',
    A,
    delta({ type: 'text_delta', text: 'ab' }) +
      delta({ type: 'thinking_delta', thinking: 'c"d\n\\' }) +
      delta({ type: 'input_json_delta', partial_json: '{"usage":{"output_tokens":7}}' }) +
      delta({ type: 'signature_delta', signature: 'xxxxxxxx' }),
    {},
    2 + 5 + 29,
  ],
  [
    'spaced JSON',
    A,
    'data: {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "abc"}}\n\ndata: {"type": "message_delta", "usage" : {"output_tokens": 3}}\n\n',
    { outputTokens: 3 },
    3,
  ],
  [
    'a usage object in the text is text',
    A,
    delta({ type: 'text_delta', text: '"usage":{"output_tokens":5}' }),
    {},
    27,
  ],
  [
    'usage of null, then the counts',
    O,
    chunk({ content: 'a' }, { usage: null }) +
      chunk({}, { usage: { prompt_tokens: 4, completion_tokens: 2 } }),
    { inputTokens: 4, outputTokens: 2 },
    1,
  ],
  [
    "Groq's own place",
    O,
    chunk({ content: '' }, { x_groq: { usage: { prompt_tokens: 1 } } }),
    { inputTokens: 1 },
    0,
  ],
  [
    'several texts in one chunk, and calls',
    O,
    chunk({ content: 'a', reasoning_content: 'bc' }) +
      chunk({ content: 'a' }) +
      chunk({
        content: 'a',
        tool_calls: [
          { function: { name: 'f', arguments: '{"x"' } },
          { function: { arguments: ':1}' } },
        ],
      }) +
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }) +
      chunk({
        tool_calls: [
          { index: 0, function: { arguments: '{}' } },
          { index: 1, function: { arguments: '{ }' } },
        ],
      }),
    {},
    3 + 1 + 1 + 4 + 3 + 2 + 2 + 3,
  ],
  [
    "Mistral's lists of thinking and text",
    O,
    chunk({ content: 'a' }) +
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'bc' }] }] }).repeat(
        3,
      ) +
      chunk({
        content: [{ type: 'text', text: 'def' }],
        tool_calls: [{ function: { arguments: '{}' } }],
      }) +
      chunk({ content: 'g' }),
    {},
    1 + 6 + 3 + 2 + 1,
  ],
  [
    'several choices',
    O,
    `data: {"choices":[{"delta":{"content":"a"}},{"delta":{"content":"bc"}}]}\n\n`.repeat(3),
    {},
    9,
  ],
  [
    'carriage returns',
    O,
    chunk({ content: 'a' }).replaceAll('\n', '\r') +
      chunk({ content: 'b' }).replaceAll('\n', '\r\n'),
    {},
    2,
  ],
  [
    'a last line without an end',
    O,
    chunk({}, { usage: { prompt_tokens: 3 } }).trimEnd(),
    { inputTokens: 3 },
    0,
  ],
  [
    'nothing that is a stream',
    O,
    '<html>"usage":{"delta"</html>\ndata: "usage":{,"delta"\ndata\n',
    {},
    0,
  ],
];

describe('usageTap', () => {
  test.each(ROWS)('%s', (_name, dialect, stream, usage, textLength) => {
    expect(tapped(dialect, stream)).toEqual({ usage, textLength });
  });

  test('measures any text as it is', () => {
    const unit = fc.constantFrom('a', '"', '\\', '\n', '\0', 'é', '€', '😀', '\u2028', '\ud800');
    const text = fc.string({ unit, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
        const length = texts.join('').length;
        const deltas = texts.map((words) => delta({ type: 'text_delta', text: words }));
        expect(tapped(A, deltas.join('')).textLength).toBe(length);
        const chunks = texts.map((content) => chunk({ content }, { usage: null }));
        expect(tapped(O, chunks.join('')).textLength).toBe(length);
        const escaped = chunks.join('').replace(/[^\n -~]/g, escapeOf);
        expect(tapped(O, escaped).textLength).toBe(length);
      }),
    );
  });

  test('limits the memory for a line without an end', () => {
    const tap = DIALECTS[O].usageTap();
    const piece = encodeUtf8('x'.repeat(1_000_000));
    for (let pushed = 0; pushed < 20; pushed += 1) tap.push(piece);
    tap.push(encodeUtf8(`"content":"abc"\n\n${chunk({ content: 'yes' })}`));
    expect(tap.textLength()).toBe(3);
  });

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        for (const dialect of Object.values(DIALECTS)) {
          const tap = dialect.usageTap();
          for (const bytes of chunks) tap.push(bytes);
          tap.end();
          expect(tap.usage()).toEqual({});
        }
      }),
    );
  });
});

describe('readUsage', () => {
  const ROWS_WHOLE: readonly (readonly [DialectId, body: string, Usage])[] = [
    [A, '{"usage":{"input_tokens":1,"output_tokens":2}}', { inputTokens: 1, outputTokens: 2 }],
    [O, '{"usage":{"prompt_tokens":1,"completion_tokens":2}}', { inputTokens: 1, outputTokens: 2 }],
    [A, '{"usage":null}', {}],
    [O, '{"usage":{"prompt_tokens":1e999,"completion_tokens":-2}}', {}],
    [O, '[]', {}],
    [O, 'not JSON', {}],
  ];
  test.each(ROWS_WHOLE)('%s %s', (dialect, body, usage) => {
    expect(DIALECTS[dialect].readUsage(body).usage).toEqual(usage);
  });
});

describe('the service tier that an answer reports', () => {
  const R = 'openai-responses';
  const CHAT_USAGE = '"usage":{"prompt_tokens":1,"completion_tokens":2}';

  test.each<readonly [DialectId, body: string, tier: string | undefined]>([
    [A, '{"usage":{"input_tokens":1,"output_tokens":2,"service_tier":"priority"}}', 'priority'],
    [A, '{"usage":{"input_tokens":1,"output_tokens":2,"service_tier":null}}', undefined],
    [A, '{"service_tier":"priority"}', undefined],
    [O, `{"service_tier":"flex",${CHAT_USAGE}}`, 'flex'],
    [O, `{"service_tier":7,${CHAT_USAGE}}`, undefined],
    [R, '{"service_tier":"default","usage":{"input_tokens":1,"output_tokens":2}}', 'default'],
    [O, '[]', undefined],
    [O, 'not JSON', undefined],
  ])('as a whole, %s %s', (dialect, body, tier) => {
    expect(DIALECTS[dialect].readUsage(body).serviceTier).toBe(tier);
  });

  test.each<readonly [string, DialectId, stream: string, tier: string | undefined]>([
    [
      'in its first event',
      A,
      'data: {"type":"message_start","message":{"usage":{"input_tokens":5,"service_tier":"priority"}}}\n\n' +
        'data: {"type":"message_delta","delta":{},"usage":{"output_tokens":9}}\n\n',
      'priority',
    ],
    [
      'in the chunk with the counts',
      O,
      `${chunk({ content: 'a' }, { service_tier: 'auto' })}data: {"choices":[],"service_tier":"priority",${CHAT_USAGE}}\n\n`,
      'priority',
    ],
    [
      'in its last event, and not what was asked for',
      R,
      'data: {"type":"response.created","response":{"service_tier":"auto","usage":null}}\n\n' +
        'data: {"type":"response.completed","response":{"service_tier":"flex","usage":{"input_tokens":1}}}\n\n',
      'flex',
    ],
    ['only in a text', O, chunk({ content: '"service_tier":"flex"' }), undefined],
  ])('as a stream: %s', (_, dialect, stream, tier) => {
    const tap = DIALECTS[dialect].usageTap();
    tap.push(encodeUtf8(stream));
    tap.end();
    expect(tap.serviceTier()).toBe(tier);
  });
});

function escapeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
