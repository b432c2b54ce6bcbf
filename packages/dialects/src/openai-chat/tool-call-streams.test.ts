import type { Part } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { call, called, chunk, fn, part, stopped } from '../testing/chunks.ts';
import { foldEvents } from '../testing/decode-events.ts';

const OPENAI = 'openai-chat';

const CALLS: readonly (readonly [
  name: string,
  chunks: readonly object[],
  parts: readonly Part[],
])[] = [
  [
    'fragments that take turns, the first one included',
    [
      call({ index: 0, id: 'a', ...fn('{"x', 'look') }),
      call({ index: 1, id: 'b', ...fn('{"y', 'look') }),
      call({ index: 0, ...fn('":1}') }),
      call({ index: 1, ...fn('":2}') }),
    ],
    [part('a', '{"x":1}'), part('b', '{"y":2}')],
  ],
  [
    'several calls in one chunk',
    [
      chunk({
        tool_calls: [
          { index: 0, id: 'a', ...fn('{}', 'look') },
          { index: 1, id: 'b', ...fn('{}', 'look') },
        ],
      }),
    ],
    [part('a', '{}'), part('b', '{}')],
  ],
  [
    'a name later than its id and the first arguments',
    [
      call({ index: 0, id: 'a' }),
      call({ index: 0, ...fn('{"x"') }),
      call({ index: 0, ...fn(':1}', 'look') }),
    ],
    [part('a', '{"x":1}')],
  ],
  [
    'an id later than its name',
    [call({ index: 0, ...fn('{', 'look') }), call({ index: 0, id: 'a', ...fn('}') })],
    [part('a', '{}')],
  ],
  [
    'whole arguments in one chunk',
    [call({ index: 0, id: 'a', ...fn('{"x":1}', 'look') })],
    [part('a', '{"x":1}')],
  ],
  [
    'no index, one call after the other',
    [
      call({ id: 'a', ...fn('{"x"', 'look') }),
      call(fn(':1}')),
      call({ id: 'b', ...fn('{}', 'look') }),
    ],
    [part('a', '{"x":1}'), part('b', '{}')],
  ],
  [
    'no index, but the id every time',
    [
      call({ id: 'a', ...fn('{', 'look') }),
      call({ id: 'b', ...fn('{', 'look') }),
      call({ id: 'a', ...fn('}') }),
      call({ id: 'b', ...fn('}') }),
    ],
    [part('a', '{}'), part('b', '{}')],
  ],
  [
    'every call numbered 0',
    [
      call({ index: 0, id: 'a', ...fn('{"x":1}', 'look') }),
      call({ index: 0, id: 'b', ...fn('{"y":2}', 'look') }),
    ],
    [part('a', '{"x":1}'), part('b', '{"y":2}')],
  ],
  [
    'no id at all',
    [call({ index: 0, ...fn('{}', 'look') }), call({ index: 1, ...fn('{}', 'look') })],
    [part('call_0', '{}'), part('call_1', '{}')],
  ],
  [
    'no index and an empty id, one call after the other',
    [
      call({ id: '', ...fn('{"x":1}', 'look') }),
      call({ id: '', ...fn('{"x":2}', 'look') }),
      call({ id: '', ...fn('{}', 'find') }),
    ],
    [part('call_0', '{"x":1}'), part('call_1', '{"x":2}'), part('call_2', '{}', 'find')],
  ],
  [
    'no index and an empty id, in one chunk',
    [
      chunk({
        tool_calls: [
          { id: '', ...fn('', 'look') },
          { id: '', ...fn('', 'look') },
        ],
      }),
    ],
    [part('call_0', '{}'), part('call_1', '{}')],
  ],
  [
    'every call numbered 0, with an empty id',
    [
      call({ index: 0, id: '', ...fn('{"x":1}', 'look') }),
      call({ index: 0, id: '', ...fn('{"y":2}', 'look') }),
    ],
    [part('call_0', '{"x":1}'), part('call_1', '{"y":2}')],
  ],
  [
    'no index and no id, with the name in every fragment',
    [call(fn('{"x"', 'look')), call(fn(':1}', 'look'))],
    [part('call_0', '{"x":1}')],
  ],
  ['no arguments', [call({ index: 0, id: 'a', ...fn('', 'look') })], [part('a', '{}')]],
  [
    'arguments as an object',
    [call({ index: 0, id: 'a', function: { name: 'look', arguments: { x: 1 } } })],
    [part('a', '{"x":1}')],
  ],
  [
    'an index that does not begin at 0',
    [call({ index: 1, id: 'a', ...fn('{}', 'look') })],
    [part('a', '{}')],
  ],
  [
    'two calls of one tool',
    [
      call({ index: 0, id: 'a', ...fn('{}', 'look') }),
      call({ index: 1, id: 'b', ...fn('{}', 'look') }),
    ],
    [part('a', '{}'), part('b', '{}')],
  ],
  [
    'a legacy call',
    [
      chunk({ function_call: { name: 'look', arguments: '{' } }),
      chunk({ function_call: { arguments: '}' } }),
    ],
    [part('call_0', '{}')],
  ],
  [
    'a call that never gets a name is kept as it came',
    [call({ index: 0, id: 'a', ...fn('{"x":1}') })],
    [
      {
        kind: 'opaque',
        dialect: OPENAI,
        value: { type: 'function', id: 'a', function: { arguments: '{"x":1}' } },
      },
    ],
  ],
  [
    'what a call has beside the known fields comes with it',
    [call({ index: 0, id: 'a', extra_content: { google: {} }, ...fn('{}', 'look') })],
    [
      {
        kind: 'tool-call',
        callId: 'a',
        name: 'look',
        inputJson: '{}',
        extra: { dialect: OPENAI, fields: { extra_content: { google: {} } } },
      },
    ],
  ],
];

describe('tool calls in streams of chat completions', () => {
  test.each(CALLS)('%s', (_name, chunks, parts) => {
    for (const end of [called, stopped]) {
      const folded = foldEvents(OPENAI, [...chunks, ...end]);
      expect(folded.parts).toEqual(parts);
      expect(folded.failure).toBeUndefined();
      // 32: whatever the server says.
      expect(folded.stopReason).toBe('tool-calls');
    }
  });
});
