import { encodeUtf8, expectOk, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type FoldedAnswer,
  type ModelAnswer,
} from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerStreamMeta } from '../dialect.ts';
import { answerEvents } from '../testing/arbitrary-answer.ts';
import { encodeEvents, foldFrames, framesOf } from '../testing/encode-events.ts';
import { openaiResponses } from './dialect.ts';

const META: AnswerStreamMeta = { createdAtMs: 5_000, from: 'openai-chat' };

const stream = (events: readonly AnswerEvent[]): string =>
  encodeEvents('openai-responses', events, META);

function eventsOf(text: string): readonly JsonObject[] {
  return framesOf(text).map(({ event, data }) => {
    const parsed = expectOk(parseJson(data));
    if (!isJsonObject(parsed)) throw new Error('the event is no object');
    expect(event).toBe(parsed['type']);
    return parsed;
  });
}

const decodedStream = (text: string): FoldedAnswer =>
  foldFrames('openai-responses', framesOf(text));

const HELLO: readonly AnswerEvent[] = [
  { kind: 'start', id: 'x', model: 'm' },
  { kind: 'part-start', index: 0, part: { kind: 'text', text: '' } },
  { kind: 'part-delta', index: 0, delta: { kind: 'text', text: 'Hel' } },
  { kind: 'part-delta', index: 0, delta: { kind: 'text', text: 'lo' } },
  { kind: 'part-end', index: 0 },
  { kind: 'usage', usage: { inputTokens: 3, cacheReadTokens: 2, outputTokens: 5 } },
  { kind: 'finish', stopReason: 'end' },
];

/** The fields that the Open Responses schema requires of `ResponseResource`. */
const REQUIRED = [
  ...['id', 'object', 'created_at', 'completed_at', 'status', 'incomplete_details', 'model'],
  ...['previous_response_id', 'instructions', 'output', 'error', 'tools', 'tool_choice'],
  ...['truncation', 'parallel_tool_calls', 'text', 'top_p', 'presence_penalty'],
  ...['frequency_penalty', 'top_logprobs', 'temperature', 'reasoning', 'usage'],
  ...['max_output_tokens', 'max_tool_calls', 'store', 'background', 'service_tier', 'metadata'],
  ...['safety_identifier', 'prompt_cache_key'],
];

describe('a response object', () => {
  test.each(['end', 'max-tokens', 'refusal', 'tool-calls', undefined] as const)(
    'has every field that the schema requires, whole and streamed: %s',
    (stopReason) => {
      const answer: ModelAnswer = { id: 'x', model: 'm', parts: [], stopReason, usage: {} };
      const whole = openaiResponses.encodeAnswer(answer, META).value;
      const streamed = eventsOf(stream([...HELLO.slice(0, -1), { kind: 'finish', stopReason }]));
      const failed = eventsOf(
        stream([
          ...HELLO.slice(0, 1),
          { kind: 'failure', failure: { code: 'UPSTREAM_FAULT', message: 'm' } },
        ]),
      );
      const responses = [...streamed, ...failed].flatMap(({ response }) => response ?? []);
      expect(responses.length).toBe(6);
      for (const response of [whole, ...responses]) {
        expect(Object.keys(isJsonObject(response) ? response : {})).toEqual(
          expect.arrayContaining(REQUIRED),
        );
      }
    },
  );
});

describe('a streamed answer toward a Responses client', () => {
  test('is the whole sequence of events, numbered without gaps', () => {
    const events = eventsOf(stream(HELLO));
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
    expect(events.at(-1)?.['response']).toMatchObject({
      id: 'resp_x',
      object: 'response',
      created_at: 5,
      status: 'completed',
      output: [
        {
          type: 'message',
          id: 'msg_x_0',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }],
        },
      ],
      usage: {
        input_tokens: 5,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 10,
      },
    });
  });

  test('has a call as an item with its arguments', () => {
    const part = { kind: 'tool-call', callId: 'call_1', name: 'look', inputJson: '' } as const;
    const events = eventsOf(
      stream([
        { kind: 'start', id: 'x', model: 'm' },
        { kind: 'part-start', index: 0, part },
        { kind: 'part-delta', index: 0, delta: { kind: 'tool-input', json: '{}' } },
        { kind: 'part-end', index: 0 },
        { kind: 'finish', stopReason: 'tool-calls' },
      ]),
    );
    expect(events.slice(2, -1)).toMatchObject([
      { type: 'response.output_item.added', item: { call_id: 'call_1', arguments: '' } },
      { type: 'response.function_call_arguments.delta', delta: '{}' },
      { type: 'response.function_call_arguments.done', arguments: '{}' },
      { type: 'response.output_item.done', item: { status: 'completed', arguments: '{}' } },
    ]);
  });

  test('is incomplete when the tokens run out', () => {
    const cut = HELLO.map((event) =>
      event.kind === 'finish' ? ({ ...event, stopReason: 'max-tokens' } as const) : event,
    );
    expect(eventsOf(stream(cut)).at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    });
  });

  test('ends in an error and a failed response, and nothing follows', () => {
    const failure = { code: 'UPSTREAM_CUT', message: 'cut' } as const;
    const text = stream([...HELLO.slice(0, 3), { kind: 'failure', failure }, ...HELLO]);
    expect(eventsOf(text).slice(-2)).toMatchObject([
      { type: 'error', error: { message: 'cut' } },
      { type: 'response.failed', response: { status: 'failed', error: { message: 'cut' } } },
    ]);
    expect(decodedStream(text).failure).toMatchObject({ message: 'cut' });
  });

  test('says what the whole answer says', () => {
    fc.assert(
      fc.property(answerEvents, (events) => {
        const source = events.reduce(foldAnswer, EMPTY_ANSWER);
        const { id = '', model = '', parts, usage, stopReason } = source;
        const answer: ModelAnswer = { id, model, parts, usage, stopReason };
        const whole = openaiResponses.encodeAnswer(answer, META).value;
        const streamed = eventsOf(stream(events)).at(-1)?.['response'];
        expect(streamed).toEqual(whole);
        const again = decodedStream(stream(events));
        const decoded = expectOk(openaiResponses.decodeAnswer(whole));
        expect([again.parts, again.usage, again.stopReason]).toEqual([
          decoded.parts,
          decoded.usage,
          decoded.stopReason,
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test('can be filled with pings until it ends', () => {
    const encoder = openaiResponses.answerEncoder(META);
    expect(encoder.ping()).toBe(openaiResponses.ping);
    for (const event of HELLO) encoder.push(event);
    expect(encoder.ping()).toBe('');
  });
});

describe('a streamed answer of a server', () => {
  test('that was cut off is a failure', () => {
    const whole = stream(HELLO);
    const cut = whole.slice(0, whole.indexOf('event: response.completed'));
    expect(decodedStream(cut).failure?.code).toBe('UPSTREAM_CUT');
  });

  test('that has its content only in the last event is complete', () => {
    const frames = stream(HELLO);
    const last = frames.slice(frames.indexOf('event: response.completed'));
    expect(decodedStream(last).parts).toMatchObject([{ kind: 'text', text: 'Hello' }]);
  });

  test('has its usage and its text read in passing', () => {
    const tap = openaiResponses.usageTap();
    tap.push(encodeUtf8(stream(HELLO)));
    tap.end();
    expect(tap.usage()).toMatchObject({ inputTokens: 3, cacheReadTokens: 2, outputTokens: 5 });
    expect(tap.textLength()).toBe(5);
  });

  test('is complete with its terminal event, not before', () => {
    const text = stream(HELLO);
    const isComplete = (sent: string): boolean => {
      const tap = openaiResponses.usageTap();
      tap.push(encodeUtf8(sent));
      tap.end();
      return tap.isComplete();
    };
    expect(isComplete(text)).toBe(true);
    expect(isComplete(text.slice(0, text.indexOf('event: response.completed')))).toBe(false);
    expect(isComplete(text.slice(0, text.lastIndexOf('}')))).toBe(false);
  });
});

describe('a whole answer', () => {
  test('that failed is no answer', () => {
    const body = { status: 'failed', output: [], error: { code: 'server_error', message: 'm' } };
    expect(openaiResponses.decodeAnswer(body).ok).toBe(false);
    const read = openaiResponses.decodeError(200, { get: () => undefined }, JSON.stringify(body));
    expect(read).toMatchObject({ message: 'm' });
  });

  test('gives back the name that the request has for a tool', () => {
    const item = { type: 'function_call', call_id: 'c', name: 'short', arguments: '{}' };
    const body = { id: 'resp_1', model: 'm', status: 'completed', output: [item] };
    const toolNames = new Map([['short', 'long']]);
    expect(expectOk(openaiResponses.decodeAnswer(body, { toolNames })).parts).toEqual([
      { kind: 'tool-call', callId: 'c', name: 'long', inputJson: '{}' },
    ]);
  });
});
