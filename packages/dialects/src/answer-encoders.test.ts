import { expectOk, parseJson } from '@postern/kernel';
import type { AnswerEvent, DialectId, Part, PartDelta } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import type { AnswerStreamMeta } from './dialect.ts';
import { DIALECTS } from './dialects.ts';
import { listOf, objectOf } from './json/read-json.ts';
import { text, user } from './testing/turns.ts';

const A = 'anthropic-messages';
const O = 'openai-chat';

const start: AnswerEvent = { kind: 'start', id: 'x-1', model: 'm' };
const usage: AnswerEvent = { kind: 'usage', usage: { inputTokens: 7, outputTokens: 2 } };
const finish: AnswerEvent = { kind: 'finish', stopReason: 'end' };
const begin = (index: number, part: Part): AnswerEvent => ({ kind: 'part-start', index, part });
const add = (index: number, delta: PartDelta): AnswerEvent => ({
  kind: 'part-delta',
  index,
  delta,
});
const end = (index: number): AnswerEvent => ({ kind: 'part-end', index });
const say = (index: number, words: string): AnswerEvent =>
  add(index, { kind: 'text', text: words });
const input = (index: number, json: string): AnswerEvent =>
  add(index, { kind: 'tool-input', json });
const call = (index: number): AnswerEvent =>
  begin(index, { kind: 'tool-call', callId: `c:${index}`, name: 'look', inputJson: '' });
const words: Part = { kind: 'text', text: '' };

function stream(
  to: DialectId,
  events: readonly AnswerEvent[],
  meta: Partial<AnswerStreamMeta> = {},
): string {
  const from = to === A ? O : A;
  const encoder = DIALECTS[to].answerEncoder({ createdAtMs: 5_000, from, ...meta });
  return events.map((event) => encoder.push(event)).join('');
}

/** The data of a stream's frames. */
function frames(
  to: DialectId,
  events: readonly AnswerEvent[],
  meta?: Partial<AnswerStreamMeta>,
): readonly unknown[] {
  return Array.from(stream(to, events, meta).matchAll(/^data: (\{.*)$/gm), ([, json = '']) =>
    expectOk(parseJson(json)),
  );
}

const deltas = (to: DialectId, events: readonly AnswerEvent[]): readonly unknown[] =>
  frames(to, [start, ...events, finish]).slice(1, to === A ? -2 : -1);

describe('toward an Anthropic client', () => {
  test('one beginning, with the best that is known of the prompt', () => {
    expect(frames(A, [start, usage, begin(0, words), say(0, 'a')])[0]).toEqual({
      type: 'message_start',
      message: {
        ...{ id: 'msg_x1', type: 'message', role: 'assistant', model: 'm', content: [] },
        ...{ stop_reason: null, stop_sequence: null },
        usage: { input_tokens: 7, output_tokens: 2 },
      },
    });
    const guessed = frames(A, [start, begin(0, words)], { estimatedInputTokens: 30 });
    expect(guessed[0]).toMatchObject({
      message: { usage: { input_tokens: 30, output_tokens: 0 } },
    });
  });

  test('the frames of a short answer, to the letter', () => {
    const answer = [start, begin(0, words), say(0, 'Hi'), end(0), usage, finish];
    expect(stream(A, answer).split('\n\n')).toEqual([
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
        begin(0, { kind: 'opaque', dialect: O, value: { audio: {} } }),
        end(0),
        begin(1, { kind: 'opaque', dialect: A, value: { type: 'server_tool_use', input: {} } }),
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
    expect(deltas(A, events)).toEqual(expected);
  });

  test('counts are told once, the newest', () => {
    const newer: AnswerEvent = { kind: 'usage', usage: { outputTokens: 9 } };
    expect(frames(A, [start, usage, newer, finish]).at(-2)).toMatchObject({
      type: 'message_delta',
      usage: { input_tokens: 7, output_tokens: 9 },
    });
  });

  test('an error before the beginning is all there is', () => {
    const failure = { code: 'UPSTREAM_OVERLOADED', message: 'm' } as const;
    expect(stream(A, [start, { kind: 'failure', failure }, finish])).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n',
    );
  });

  test('pings at any time, but not behind the end', () => {
    const encoder = DIALECTS[A].answerEncoder({ createdAtMs: 0, from: A });
    const ping = 'event: ping\ndata: {"type": "ping"}\n\n';
    expect(encoder.ping()).toBe(ping);
    encoder.push(start);
    expect(encoder.ping()).toBe(ping);
    encoder.push(finish);
    expect(encoder.ping()).toBe('');
  });
});

describe('toward an OpenAI client', () => {
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    ...{ id: 'chatcmpl-x1', object: 'chat.completion.chunk', created: 5, model: 'm' },
    choices: [{ index: 0, delta, finish_reason }],
  });

  test('the role, the words, the reason; usage only when asked for', () => {
    const answer = [start, begin(0, words), say(0, 'Hi'), end(0), usage, finish];
    const said = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hi' }),
      chunk({}, 'stop'),
    ];
    expect(frames(O, answer)).toEqual(said);
    expect(stream(O, answer).endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    const counted = frames(O, answer, { includeUsage: true });
    expect(counted.slice(0, 3)).toEqual(said);
    expect(counted[3]).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    });
  });

  const called = (fields: object): object => chunk({ tool_calls: [fields] });
  const ROWS: readonly (readonly [
    name: string,
    events: readonly AnswerEvent[],
    frames: readonly unknown[],
  ])[] = [
    [
      'calls are counted among themselves, and named once',
      [begin(0, words), say(0, 'a'), end(0), call(1), input(1, '{}'), call(2), input(2, '{}')],
      [
        chunk({ content: 'a' }),
        called({
          index: 0,
          id: 'pid_c-3a-1',
          type: 'function',
          function: { name: 'look', arguments: '' },
        }),
        called({ index: 0, function: { arguments: '{}' } }),
        called({
          index: 1,
          id: 'pid_c-3a-2',
          type: 'function',
          function: { name: 'look', arguments: '' },
        }),
        called({ index: 1, function: { arguments: '{}' } }),
      ],
    ],
    [
      'blocks of another dialect make no chunk',
      [begin(0, { kind: 'opaque', dialect: A, value: { type: 'fallback' } }), end(0)],
      [],
    ],
    [
      'texts that stood apart stay apart, pieces of one text do not',
      [
        begin(0, words),
        say(0, 'a'),
        begin(1, words),
        say(1, 'b'),
        call(2),
        begin(3, words),
        say(3, 'c'),
        say(3, 'd'),
      ],
      [
        chunk({ content: 'a' }),
        chunk({ content: 'b' }),
        called({
          index: 0,
          id: 'pid_c-3a-2',
          type: 'function',
          function: { name: 'look', arguments: '' },
        }),
        chunk({ content: '\n\nc' }),
        chunk({ content: 'd' }),
      ],
    ],
    [
      'thinking, and at the end what it needs to come back',
      [
        begin(0, { kind: 'thinking', text: '' }),
        add(0, { kind: 'thinking', text: 'hm' }),
        add(0, { kind: 'signature', signature: 's' }),
        end(0),
      ],
      [
        chunk({ reasoning_content: 'hm' }),
        chunk({
          reasoning_details: [
            {
              type: 'reasoning.text',
              text: 'hm',
              signature: 's',
              format: 'postern-anthropic-messages',
            },
          ],
        }),
      ],
    ],
    ['a refusal', [begin(0, { kind: 'refusal', text: 'No' })], [chunk({ refusal: 'No' })]],
  ];
  test.each(ROWS)('%s', (_name, events, expected) => {
    expect(deltas(O, events)).toEqual(expected);
  });

  test('an error ends the stream', () => {
    const failure = { code: 'UPSTREAM_RATE_LIMITED', message: 'm' } as const;
    expect(
      stream(O, [start, { kind: 'failure', failure }, finish])
        .split('\n\n')
        .slice(1),
    ).toEqual([
      'data: {"error":{"message":"m","type":"rate_limit_error","param":null,"code":"UPSTREAM_RATE_LIMITED"}}',
      '',
    ]);
  });

  test('silence is filled with comments', () => {
    expect(DIALECTS[O].answerEncoder({ createdAtMs: 0, from: O }).ping()).toBe(': ping\n\n');
  });

  test('signed thinking comes back by way of an OpenAI client', () => {
    const thought = [
      { kind: 'thinking', text: 'hm', signature: 's' },
      { kind: 'redacted-thinking', data: 'd' },
      { kind: 'text', text: 'a' },
    ] as const;
    const answer = { id: 'x', model: 'm', parts: thought, stopReason: 'end', usage: {} } as const;
    const completion = DIALECTS[O].encodeAnswer(answer, { createdAtMs: 0 }).value;
    const message = objectOf(objectOf(listOf(completion['choices'])?.[0])?.['message']) ?? {};
    const asked = { role: 'user', content: 'q' };
    const body = { model: 'm', messages: [asked, message, asked] };
    const request = expectOk(DIALECTS[O].decodeRequest(body));
    expect(request.turns).toEqual([
      user(text('q')),
      { role: 'assistant', parts: thought },
      user(text('q')),
    ]);
    expect(JSON.stringify(expectOk(DIALECTS[A].encodeRequest(request)).value)).toContain(
      '"signature":"s"',
    );
    expect(JSON.stringify(expectOk(DIALECTS[O].encodeRequest(request)).value)).not.toMatch(
      /"s"|hm/,
    );
  });
});
