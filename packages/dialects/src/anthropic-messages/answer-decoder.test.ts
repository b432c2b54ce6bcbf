import type { AnswerEvent } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvents, foldEvents } from '../testing/decode-events.ts';
import {
  TOOL,
  blockStart,
  ended,
  hello,
  messageDelta,
  start,
  stop,
  textStart,
} from '../testing/message-events.ts';
import { anthropicMessages } from './dialect.ts';

const ANTHROPIC = 'anthropic-messages';

const FAILURES: readonly (readonly [name: string, events: readonly unknown[], code: string])[] = [
  ['nothing at all', [], 'UPSTREAM_CUT'],
  ['an end before the stop reason', [start(), ...hello], 'UPSTREAM_CUT'],
  ['an end inside a block', [start(), textStart], 'UPSTREAM_CUT'],
  ['an event that is not JSON', [start(), '{"type":"content_bl'], 'UPSTREAM_MALFORMED'],
  ['a second beginning', [start(), ...hello, start()], 'UPSTREAM_MALFORMED'],
  ['content without a beginning', hello, 'UPSTREAM_MALFORMED'],
  [
    'an error before the answer',
    [{ type: 'error', error: { type: 'overloaded_error', message: 'm' } }],
    'UPSTREAM_OVERLOADED',
  ],
  [
    'an error inside the answer',
    [start(), ...hello, { type: 'error', error: { type: 'api_error', message: 'm' } }, ...ended],
    'UPSTREAM_FAULT',
  ],
];

describe('streams of the Messages API', () => {
  test.each(FAILURES)('%s fails', (_name, events, code) => {
    const decoded = decodeEvents(ANTHROPIC, events);
    expect(decoded.filter(isLast)).toHaveLength(1);
    expect(decoded.at(-1)).toMatchObject({ kind: 'failure', failure: { code } });
  });

  const STOPS = [
    ['end_turn', 'end'],
    ['stop_sequence', 'stop-sequence'],
    ['max_tokens', 'max-tokens'],
    ['tool_use', 'tool-calls'],
    ['refusal', 'refusal'],
    ['pause_turn', 'pause'],
    ['model_context_window_exceeded', 'context-full'],
    ['something_new', undefined],
  ] as const;
  test.each(STOPS)('%s is %s', (wire, stopReason) => {
    const folded = foldEvents(ANTHROPIC, [start(), ...hello, messageDelta(wire), stop]);
    expect(folded.stopReason).toBe(stopReason);
    expect(folded.failure).toBeUndefined();
    expect(folded.extra?.fields['stop_reason']).toBe(stopReason === undefined ? wire : undefined);
  });

  test('after a stop reason the end of the stream is the end', () => {
    const folded = foldEvents(ANTHROPIC, [start(), ...hello, messageDelta('end_turn')]);
    expect(folded).toMatchObject({ stopReason: 'end', failure: undefined });
  });

  test('counts are cumulative, and nulls are ignored', () => {
    const usage = { input_tokens: 4, cache_read_input_tokens: 3, output_tokens: 1 };
    const later = { output_tokens: 7, input_tokens: null, cache_creation_input_tokens: 2 };
    const folded = foldEvents(ANTHROPIC, [start({ usage }), messageDelta('end_turn', later), stop]);
    expect(folded.usage).toEqual({
      inputTokens: 4,
      cacheReadTokens: 3,
      cacheWriteTokens: 2,
      outputTokens: 7,
    });
  });

  test('keeps the other fields of a message, and ignores nulls', () => {
    const container = { id: 'container_1' };
    const told = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', container },
      usage: { service_tier: null },
    };
    const partStart = start({ usage: { service_tier: 'standard' } });
    const folded = foldEvents(ANTHROPIC, [partStart, told, stop]);
    expect(folded.extra).toEqual({
      dialect: ANTHROPIC,
      fields: { container, usage: { service_tier: 'standard' } },
    });
  });

  test('emits nothing after the end', () => {
    const decoder = anthropicMessages.answerDecoder();
    for (const event of [start(), ...ended]) {
      decoder.push({ event: undefined, data: JSON.stringify(event) });
    }
    expect(decoder.push({ event: undefined, data: JSON.stringify(start()) })).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });

  test('restores changed tool names', () => {
    const decoder = anthropicMessages.answerDecoder({ toolNames: new Map([['look', 'a.look']]) });
    const events = [start(), blockStart(0, TOOL)].flatMap((event) =>
      decoder.push({ event: undefined, data: JSON.stringify(event) }),
    );
    expect(events.at(-1)).toMatchObject({ part: { name: 'a.look' } });
  });

  test('ignores an event with an unknown name', () => {
    const decoder = anthropicMessages.answerDecoder();
    expect(decoder.push({ event: 'vendor', data: 'not JSON' })).toEqual([]);
    expect(decoder.push({ event: 'ping', data: '' })).toEqual([]);
  });

  test('survives any events, with one end', () => {
    const type = fc.constantFrom(
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
      'error',
      'x',
    );
    const event = fc.record(
      {
        type,
        index: fc.constantFrom(0, 1, -1, null),
        message: fc.oneof(
          fc.jsonValue(),
          fc.record({ content: fc.jsonValue(), usage: fc.jsonValue() }),
        ),
        content_block: fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('text', 'tool_use', 'thinking', 'y'),
            text: fc.jsonValue(),
          }),
        ),
        delta: fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('text_delta', 'input_json_delta', 'z'),
            text: fc.jsonValue(),
            partial_json: fc.jsonValue(),
          }),
        ),
        usage: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        expectOrdered(decodeEvents(ANTHROPIC, [start(), ...events]));
      }),
      { numRuns: 100 },
    );
  });
});

function isLast(event: AnswerEvent): boolean {
  return event.kind === 'finish' || event.kind === 'failure';
}

/** One start, parts in order, one end, nothing behind it. */
function expectOrdered(events: readonly AnswerEvent[]): void {
  const started = events.flatMap((event) => (event.kind === 'part-start' ? [event.index] : []));
  expect(started).toEqual(started.map((_, index) => index));
  expect(events.filter(({ kind }) => kind === 'start')).toHaveLength(1);
  expect(events.findIndex(isLast)).toBe(events.length - 1);
}
