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
import { openaiChat } from './dialect.ts';
import { encodeEvents, jsonOf } from '../testing/encode-events.ts';

const streamTo = (events: readonly AnswerEvent[], meta?: Partial<AnswerStreamMeta>): string =>
  encodeEvents('openai-chat', events, meta);

const framesTo = (
  events: readonly AnswerEvent[],
  meta?: Partial<AnswerStreamMeta>,
): readonly unknown[] => jsonOf(streamTo(events, meta));

/** The frames between the start and the end of an answer. */
const deltasTo = (events: readonly AnswerEvent[]): readonly unknown[] =>
  framesTo([start, ...events, finish]).slice(1, -1);

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
    expect(framesTo(answer)).toEqual(said);
    expect(streamTo(answer).endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    const counted = framesTo(answer, { includeUsage: true });
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
      [
        begin(0, { kind: 'opaque', dialect: 'anthropic-messages', value: { type: 'fallback' } }),
        end(0),
      ],
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
    expect(deltasTo(events)).toEqual(expected);
  });

  test('an error ends the stream', () => {
    const failure = { code: 'UPSTREAM_RATE_LIMITED', message: 'm' } as const;
    expect(
      streamTo([start, { kind: 'failure', failure }, finish])
        .split('\n\n')
        .slice(1),
    ).toEqual([
      'data: {"error":{"message":"m","type":"rate_limit_error","param":null,"code":"UPSTREAM_RATE_LIMITED"}}',
      '',
    ]);
  });

  test('sends comments as pings', () => {
    expect(openaiChat.answerEncoder({ createdAtMs: 0, from: 'openai-chat' }).ping()).toBe(
      ': ping\n\n',
    );
  });
});
