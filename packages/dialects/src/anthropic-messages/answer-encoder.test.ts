import type { AnswerEvent } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { AnswerStreamMeta } from '../dialect.ts';
import {
  add,
  begin,
  call,
  end,
  finish,
  input,
  say,
  start,
  usage,
  words,
} from '../testing/answer-events.ts';
import { anthropicMessages } from './dialect.ts';
import { encodeEvents, jsonOf } from '../testing/encode-events.ts';

const streamTo = (events: readonly AnswerEvent[], meta?: Partial<AnswerStreamMeta>): string =>
  encodeEvents('anthropic-messages', events, meta);

const framesTo = (
  events: readonly AnswerEvent[],
  meta?: Partial<AnswerStreamMeta>,
): readonly unknown[] => jsonOf(streamTo(events, meta));

/** The frames between the start and the end of an answer. */
const deltasTo = (events: readonly AnswerEvent[]): readonly unknown[] =>
  framesTo([start, ...events, finish]).slice(1, -2);

describe('toward an Anthropic client', () => {
  test('one start, with the best known count of the prompt', () => {
    expect(framesTo([start, usage, begin(0, words), say(0, 'a')])[0]).toEqual({
      type: 'message_start',
      message: {
        ...{ id: 'msg_x1', type: 'message', role: 'assistant', model: 'm', content: [] },
        ...{ stop_reason: null, stop_sequence: null },
        usage: { input_tokens: 7, output_tokens: 2 },
      },
    });
    const guessed = framesTo([start, begin(0, words)], { estimatedInputTokens: 30 });
    expect(guessed[0]).toMatchObject({
      message: { usage: { input_tokens: 30, output_tokens: 0 } },
    });
  });

  test('the frames of a short answer, to the letter', () => {
    const answer = [start, begin(0, words), say(0, 'Hi'), end(0), usage, finish];
    expect(streamTo(answer).split('\n\n')).toEqual([
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_x1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":7,"output_tokens":2}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
      '',
    ]);
  });

  const blockStart = (index: number, content_block: object): object => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const blockDelta = (index: number, delta: object): object => ({
    type: 'content_block_delta',
    index,
    delta,
  });
  const stop = (index: number): object => ({ type: 'content_block_stop', index });
  const tool = (index: number, of: number): object =>
    blockStart(index, { type: 'tool_use', id: `pid_c-3a-${of}`, name: 'look', input: {} });
  const json = (index: number, partial_json: string): object =>
    blockDelta(index, { type: 'input_json_delta', partial_json });

  const ROWS: readonly (readonly [
    name: string,
    events: readonly AnswerEvent[],
    frames: readonly unknown[],
  ])[] = [
    ['an empty text has no block', [begin(0, words), end(0)], []],
    [
      'calls that take turns stand one behind the other, whole',
      [
        call(0),
        call(1),
        input(0, '{"a'),
        input(1, '{"b'),
        input(0, '":1}'),
        input(1, '":2}'),
        end(0),
        end(1),
      ],
      [
        tool(0, 0),
        json(0, '{"a'),
        json(0, '":1}'),
        stop(0),
        tool(1, 1),
        json(1, '{"b'),
        json(1, '":2}'),
        stop(1),
      ],
    ],
    ['a call without arguments', [call(0), end(0)], [tool(0, 0), stop(0)]],
    [
      'thinking, its signature, its end',
      [
        begin(0, { kind: 'thinking', text: '' }),
        add(0, { kind: 'thinking', text: 'hm' }),
        add(0, { kind: 'signature', signature: 's' }),
        end(0),
      ],
      [
        blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
        blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
        blockDelta(0, { type: 'signature_delta', signature: 's' }),
        stop(0),
      ],
    ],
    [
      'a refusal is text',
      [begin(0, { kind: 'refusal', text: '' }), add(0, { kind: 'refusal', text: 'No' }), end(0)],
      [
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'No' }),
        stop(0),
      ],
    ],
    [
      'an opaque block is told whole, with its newest value; a foreign one is not',
      [
        begin(0, { kind: 'opaque', dialect: 'openai-chat', value: { audio: {} } }),
        end(0),
        begin(1, {
          kind: 'opaque',
          dialect: 'anthropic-messages',
          value: { type: 'server_tool_use', input: {} },
        }),
        add(1, { kind: 'opaque', value: { type: 'server_tool_use', input: { q: 1 } } }),
        end(1),
      ],
      [blockStart(0, { type: 'server_tool_use', input: { q: 1 } }), stop(0)],
    ],
    [
      'parts that come whole',
      [
        begin(0, { kind: 'redacted-thinking', data: 'd' }),
        end(0),
        begin(1, { kind: 'text', text: 'a' }),
        end(1),
      ],
      [
        blockStart(0, { type: 'redacted_thinking', data: 'd' }),
        stop(0),
        blockStart(1, { type: 'text', text: '' }),
        blockDelta(1, { type: 'text_delta', text: 'a' }),
        stop(1),
      ],
    ],
    ['a part without its end ends with the answer', [call(0)], [tool(0, 0), stop(0)]],
  ];
  test.each(ROWS)('%s', (_name, events, expected) => {
    expect(deltasTo(events)).toEqual(expected);
  });

  test('sends counts once, the latest', () => {
    const newer: AnswerEvent = { kind: 'usage', usage: { outputTokens: 9 } };
    expect(framesTo([start, usage, newer, finish]).at(-2)).toMatchObject({
      type: 'message_delta',
      usage: { input_tokens: 7, output_tokens: 9 },
    });
  });

  test('an error before the start is the only event', () => {
    const failure = { code: 'UPSTREAM_OVERLOADED', message: 'm' } as const;
    expect(streamTo([start, { kind: 'failure', failure }, finish])).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n',
    );
  });

  test('pings at any time, but not after the end', () => {
    const encoder = anthropicMessages.answerEncoder({ createdAtMs: 0, from: 'anthropic-messages' });
    const ping = 'event: ping\ndata: {"type": "ping"}\n\n';
    expect(encoder.ping()).toBe(ping);
    encoder.push(start);
    expect(encoder.ping()).toBe(ping);
    encoder.push(finish);
    expect(encoder.ping()).toBe('');
  });
});
