import type { AnswerEvent, Part } from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvents, foldEvents } from '../testing/decode-events.ts';
import { anthropicMessages } from './dialect.ts';

const ANTHROPIC = 'anthropic-messages';

const start = (beside: object = {}): object => ({
  type: 'message_start',
  message: {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 5, output_tokens: 1 } },
    ...beside,
  },
});
const blockStart = (index: number, content_block: object): object => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, type: string, fields: object): object => ({
  type: 'content_block_delta',
  index,
  delta: { type, ...fields },
});
const blockStop = (index: number): object => ({ type: 'content_block_stop', index });
const messageDelta = (
  stop_reason: string | null,
  usage: object = { output_tokens: 9 },
): object => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
});
const stop = { type: 'message_stop' };
const ended = [messageDelta('end_turn'), stop];

const textStart = blockStart(0, { type: 'text', text: '' });
const hello = [
  textStart,
  delta(0, 'text_delta', { text: 'Hel' }),
  delta(0, 'text_delta', { text: 'lo' }),
  blockStop(0),
];
const TOOL = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
const input = (index: number, partial_json: string): object =>
  delta(index, 'input_json_delta', { partial_json });

const PARTS: readonly (readonly [
  name: string,
  events: readonly unknown[],
  parts: readonly Part[],
])[] = [
  ['text', [start(), ...hello, ...ended], [{ kind: 'text', text: 'Hello' }]],
  [
    'pings, unknown events and unknown deltas are passed over',
    [
      { type: 'ping' },
      start(),
      { type: 'ping' },
      textStart,
      { type: 'vendor_event', index: 0 },
      delta(0, 'vendor_delta', { text: 'no' }),
      delta(0, 'text_delta', { text: 'yes' }),
      delta(0, 'text_delta', {}),
      delta(0, 'signature_delta', { signature: 's' }),
      blockStop(0),
      ...ended,
    ],
    [{ kind: 'text', text: 'yes' }],
  ],
  [
    'citations become annotations',
    [
      start(),
      blockStart(0, { type: 'text', text: '', citations: [] }),
      delta(0, 'citations_delta', { citation: { type: 'char_location' } }),
      delta(0, 'text_delta', { text: 'a' }),
      blockStop(0),
      ...ended,
    ],
    [{ kind: 'text', text: 'a', annotations: [{ type: 'char_location' }] }],
  ],
  [
    'thinking, then its signature; the last signature counts',
    [
      start(),
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, 'thinking_delta', { thinking: 'hm' }),
      delta(0, 'signature_delta', { signature: 'a' }),
      delta(0, 'signature_delta', { signature: 'b' }),
      blockStop(0),
      ...ended,
    ],
    [{ kind: 'thinking', text: 'hm', signature: 'b' }],
  ],
  [
    'signed thinking without text is kept',
    [
      start(),
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, 'signature_delta', { signature: 's' }),
      blockStop(0),
      ...ended,
    ],
    [{ kind: 'thinking', text: '', signature: 's' }],
  ],
  [
    'hidden thinking',
    [start(), blockStart(0, { type: 'redacted_thinking', data: 'd' }), blockStop(0), ...ended],
    [{ kind: 'redacted-thinking', data: 'd' }],
  ],
  [
    'arguments in pieces',
    [
      start(),
      blockStart(0, TOOL),
      input(0, ''),
      input(0, '{"a"'),
      input(0, ':1}'),
      blockStop(0),
      ...ended,
    ],
    [{ kind: 'tool-call', callId: 'toolu_1', name: 'look', inputJson: '{"a":1}' }],
  ],
  [
    'no arguments are {}',
    [start(), blockStart(0, TOOL), input(0, ''), blockStop(0), ...ended],
    [{ kind: 'tool-call', callId: 'toolu_1', name: 'look', inputJson: '{}' }],
  ],
  [
    'arguments in the start of the block, and who called',
    [
      start(),
      blockStart(0, { ...TOOL, input: { a: 1 }, caller: { type: 'direct' } }),
      blockStop(0),
      ...ended,
    ],
    [
      {
        kind: 'tool-call',
        callId: 'toolu_1',
        name: 'look',
        inputJson: '{"a":1}',
        extra: { dialect: ANTHROPIC, fields: { caller: { type: 'direct' } } },
      },
    ],
  ],
  [
    'blocks without a meaning here are kept whole, deltas included',
    [
      start(),
      blockStart(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      input(0, '{"query"'),
      input(0, ':"x"}'),
      blockStop(0),
      blockStart(1, { type: 'compaction', content: null }),
      delta(1, 'compaction_delta', { content: 'summary' }),
      blockStop(1),
      blockStart(2, { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } }),
      blockStop(2),
      blockStart(3, { type: 'vendor', words: 'a' }),
      delta(3, 'vendor_delta', { words: 'b', count: 2 }),
      blockStop(3),
      ...ended,
    ],
    [
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
      { type: 'compaction', content: 'summary' },
      { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } },
      { type: 'vendor', words: 'ab', count: 2 },
    ].map((value) => ({ kind: 'opaque', dialect: ANTHROPIC, value })),
  ],
  [
    'blocks that take turns do not mix',
    [
      start(),
      textStart,
      blockStart(1, TOOL),
      delta(0, 'text_delta', { text: 'a' }),
      input(1, '{}'),
      delta(0, 'text_delta', { text: 'b' }),
      blockStop(1),
      blockStop(0),
      ...ended,
    ],
    [
      { kind: 'text', text: 'ab' },
      { kind: 'tool-call', callId: 'toolu_1', name: 'look', inputJson: '{}' },
    ],
  ],
  [
    'deltas without the start that some servers leave out',
    [
      start(),
      delta(0, 'thinking_delta', { thinking: 'hm' }),
      delta(1, 'text_delta', { text: 'a' }),
      ...ended,
    ],
    [
      { kind: 'thinking', text: 'hm' },
      { kind: 'text', text: 'a' },
    ],
  ],
  [
    'an answer that came whole in its beginning',
    [start({ content: [{ type: 'text', text: 'a' }, TOOL], stop_reason: 'tool_use' }), stop],
    [
      { kind: 'text', text: 'a' },
      { kind: 'tool-call', callId: 'toolu_1', name: 'look', inputJson: '{}' },
    ],
  ],
  [
    'padded JSON',
    [`${JSON.stringify(start())}    `, ...hello, ...ended],
    [{ kind: 'text', text: 'Hello' }],
  ],
];

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
  test.each(PARTS)('%s', (_name, events, parts) => {
    const folded = foldEvents(ANTHROPIC, events);
    expect(folded.failure).toBeUndefined();
    expect(folded.parts).toEqual(parts);
    expect(folded.ended).toBe(true);
  });

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

  test('counts are cumulative, and null says nothing', () => {
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

  test('what a message says beside its content is kept; null says nothing', () => {
    const container = { id: 'container_1' };
    const told = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', container },
      usage: { service_tier: null },
    };
    const begun = start({ usage: { service_tier: 'standard' } });
    const folded = foldEvents(ANTHROPIC, [begun, told, stop]);
    expect(folded.extra).toEqual({
      dialect: ANTHROPIC,
      fields: { container, usage: { service_tier: 'standard' } },
    });
  });

  test('nothing follows the end', () => {
    const decoder = anthropicMessages.answerDecoder();
    for (const event of [start(), ...ended]) {
      decoder.push({ event: undefined, data: JSON.stringify(event) });
    }
    expect(decoder.push({ event: undefined, data: JSON.stringify(start()) })).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });

  test('names that were changed come back', () => {
    const decoder = anthropicMessages.answerDecoder({ toolNames: new Map([['look', 'a.look']]) });
    const events = [start(), blockStart(0, TOOL)].flatMap((event) =>
      decoder.push({ event: undefined, data: JSON.stringify(event) }),
    );
    expect(events.at(-1)).toMatchObject({ part: { name: 'a.look' } });
  });

  test('an event with an unknown name is not even read', () => {
    const decoder = anthropicMessages.answerDecoder();
    expect(decoder.push({ event: 'vendor', data: 'not JSON' })).toEqual([]);
    expect(decoder.push({ event: 'ping', data: '' })).toEqual([]);
  });

  test('any events at all are survived, with one end', () => {
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
