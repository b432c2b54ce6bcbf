import type { Part } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { foldEvents } from '../testing/decode-events.ts';
import {
  TOOL,
  blockStart,
  blockStop,
  delta,
  ended,
  hello,
  input,
  start,
  stop,
  textStart,
} from '../testing/message-events.ts';

const ANTHROPIC = 'anthropic-messages';

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

describe('parts of a streamed message', () => {
  test.each(PARTS)('%s', (_name, events, parts) => {
    const folded = foldEvents(ANTHROPIC, events);
    expect(folded.failure).toBeUndefined();
    expect(folded.parts).toEqual(parts);
    expect(folded.ended).toBe(true);
  });
});
