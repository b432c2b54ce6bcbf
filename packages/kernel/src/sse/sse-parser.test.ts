import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../utf8.ts';
import { sseParser, type SseEvent, type SseFailure } from './sse-parser.ts';

interface Outcome {
  readonly events: readonly SseEvent[];
  readonly failure?: SseFailure;
}

function parse(chunks: readonly Uint8Array[], maxEventBytes?: number): Outcome {
  const parser = sseParser(maxEventBytes === undefined ? {} : { maxEventBytes });
  const events: SseEvent[] = [];
  for (const chunk of chunks) {
    const result = parser.push(chunk);
    if (!result.ok) return { events, failure: result.failure };
    events.push(...result.value);
  }
  const end = parser.end();
  return end.ok ? { events: [...events, ...end.value] } : { events, failure: end.failure };
}

function bytewise(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

const message = (data: string): SseEvent => ({ event: undefined, data });
const TRUNCATED = { reason: 'sse-truncated' } as const;

const ROWS: readonly (readonly [name: string, text: string, outcome: Outcome])[] = [
  ['nothing', '', { events: [] }],
  ['a line feed ends lines', 'data: a\n\n', { events: [message('a')] }],
  ['so do both', 'data: a\r\n\r\n', { events: [message('a')] }],
  ['so does a carriage return', 'data: a\r\rdata: b\r\r', { events: [message('a'), message('b')] }],
  ['line ends in a mixture', 'data: a\r\n\ndata: b\n\r', { events: [message('a'), message('b')] }],
  ['data without a space', 'data:a\n\n', { events: [message('a')] }],
  ['only one space goes', 'data:  a\n\n', { events: [message(' a')] }],
  ['several data lines', 'data: a\ndata:\ndata: b\n\n', { events: [message('a\n\nb')] }],
  ['a field without a colon is empty', 'data\n\n', { events: [message('')] }],
  ['comments', ': ping\n\n:\ndata: a\n: in between\n\n', { events: [message('a')] }],
  ['id and retry are ignored', 'id: 1\nretry: 10\ndata: a\n\n', { events: [message('a')] }],
  ['longer field names are other fields', 'database: x\nevents: y\n\n', { events: [] }],
  ['a byte order mark', '\uFEFFdata: a\n\n', { events: [message('a')] }],
  ['only the first mark is one', '\uFEFF\uFEFFdata: a\n\n', { events: [] }],
  ['two events', 'data: a\n\ndata: b\n\n', { events: [message('a'), message('b')] }],
  ['an event name', 'event: ping\ndata: {}\n\n', { events: [{ event: 'ping', data: '{}' }] }],
  [
    'the last name counts',
    'event: a\nevent: b\ndata: c\n\n',
    { events: [{ event: 'b', data: 'c' }] },
  ],
  ['an empty event name counts as missing', 'event:\ndata: a\n\n', { events: [message('a')] }],
  ['a name without data is no event', 'event: ping\n\ndata: a\n\n', { events: [message('a')] }],
  ['padding is kept for the JSON parser', 'data: {}   \n\n', { events: [message('{}   ')] }],
  ['the end inside a line', 'data: a\n\ndata: b', { events: [message('a')], failure: TRUNCATED }],
  ['the end before the blank line', 'data: a\n', { events: [], failure: TRUNCATED }],
  ['the end behind a name', 'event: a\n', { events: [], failure: TRUNCATED }],
  ['the end inside a comment is an end', 'data: a\n\n: pin', { events: [message('a')] }],
  ['characters of 2, 3 and 4 bytes', 'data: é€😀\n\n', { events: [message('é€😀')] }],
  [
    'controls that only look like line ends',
    'data: a\u2028b\u0085c\n\n',
    { events: [message('a\u2028b\u0085c')] },
  ],
];

describe('sseParser', () => {
  test.each(ROWS)('%s', (_name, text, outcome) => {
    const bytes = encodeUtf8(text);
    expect(parse([bytes])).toEqual(outcome);
    expect(parse(bytewise(bytes))).toEqual(outcome);
  });

  test("turns malformed UTF-8 into U+FFFD and doesn't consume the line end", () => {
    const bytes = Uint8Array.of(...encodeUtf8('data: '), 0xe2, 0x0a, 0x0a);
    expect(parse([bytes])).toEqual({ events: [message('\uFFFD')] });
    expect(parse(bytewise(bytes))).toEqual({ events: [message('\uFFFD')] });
  });

  test('parses an event of several megabytes', () => {
    const data = 'x'.repeat(3_000_000);
    const bytes = encodeUtf8(`data: ${data}\n\n`);
    const chunks = Array.from({ length: 100 }, (_, index) =>
      bytes.subarray(index * 30_001, (index + 1) * 30_001),
    );
    expect(parse(chunks)).toEqual({ events: [message(data)] });
  });

  const LARGE: readonly (readonly [name: string, text: string])[] = [
    ['in one line', `data: ${'x'.repeat(100)}\n\n`],
    ['in a line without an end', `data: ${'x'.repeat(100)}`],
    ['in many lines', `${'data: xxxxxxxx\n'.repeat(20)}\n`],
    ['in a comment', `:${'x'.repeat(100)}\n\n`],
    ['in the name of the event', `event: ${'x'.repeat(100)}\n\n`],
  ];
  test.each(LARGE)(
    'rejects an event that is too large %s, after the events before it',
    (_name, text) => {
      const bytes = encodeUtf8(`data: a\n\n${text}`);
      const outcome = {
        events: [message('a')],
        failure: { reason: 'sse-event-too-large', maxEventBytes: 64 },
      };
      expect(parse([bytes], 64)).toEqual(outcome);
      expect(parse(bytewise(bytes), 64)).toEqual(outcome);
    },
  );

  test('accepts any number of small events and comments', () => {
    const bytes = encodeUtf8(': ping\n'.repeat(100) + 'data: a\n\n'.repeat(100));
    expect(parse([bytes], 64).events).toHaveLength(100);
    expect(parse([bytes], 64).failure).toBeUndefined();
  });

  test('keeps failing after a failure', () => {
    const parser = sseParser({ maxEventBytes: 8 });
    const failure = { ok: false, failure: { reason: 'sse-event-too-large', maxEventBytes: 8 } };
    expect(parser.push(encodeUtf8('data: 123456789'))).toEqual(failure);
    expect(parser.push(encodeUtf8('\n\ndata: a\n\n'))).toEqual(failure);
    expect(parser.end()).toEqual(failure);
  });

  const piece = fc.constantFrom(
    ...[
      'data',
      'event',
      ':',
      ': ',
      ' ',
      'id',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'a',
      'é',
      '€',
      '😀',
      '\uFEFF',
    ],
  );
  const chunked = fc.tuple(
    fc.array(piece, { maxLength: 40 }).map((pieces) => encodeUtf8(pieces.join(''))),
    fc.array(fc.nat(200), { maxLength: 12 }),
    fc.constantFrom(12, 40, 1000),
  );
  test('parses any text split anywhere like the whole text', () => {
    fc.assert(
      fc.property(chunked, ([bytes, cuts, maxEventBytes]) => {
        const at = [...cuts.filter((cut) => cut <= bytes.length)].sort((a, b) => a - b);
        const chunks = [0, ...at].map((start, index) => bytes.subarray(start, at[index]));
        const whole = parse([bytes], maxEventBytes);
        expect(parse(chunks, maxEventBytes)).toEqual(whole);
        expect(parse(bytewise(bytes), maxEventBytes)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test('parses any bytes split anywhere like the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = Uint8Array.of(...encodeUtf8('data: a\ndata: '), ...noise, 0x0a, 0x0a);
        expect(parse(bytewise(bytes))).toEqual(parse([bytes]));
      }),
    );
  });
});
