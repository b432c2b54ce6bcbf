import { expectOk, type SseEvent } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type DialectId,
  type FoldedAnswer,
  type ModelAnswer,
  type Part,
} from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerStreamMeta } from './dialect.ts';
import { DIALECTS } from './dialects.ts';
import { answerEvents } from './testing/arbitrary-answer.ts';
import { encodeEvents, foldFrames, framesOf } from './testing/encode-events.ts';

const META: AnswerStreamMeta = { createdAtMs: 5_000, from: 'openai-chat', includeUsage: true };
const IDS: readonly DialectId[] = ['anthropic-messages', 'openai-chat'];

function streamed(dialect: DialectId, events: readonly AnswerEvent[]): readonly SseEvent[] {
  return framesOf(encodeEvents(dialect, events, META));
}

function wholeOf({ id = '', model = '', parts, usage, stopReason }: FoldedAnswer): ModelAnswer {
  return { id, model, parts, usage, stopReason };
}

/** The answer after encoding and decoding without streaming. */
function unstreamed(dialect: DialectId, source: FoldedAnswer): ModelAnswer {
  const wire = DIALECTS[dialect].encodeAnswer(wholeOf(source), META).value;
  return expectOk(DIALECTS[dialect].decodeAnswer(wire));
}

/** The texts and calls in order. Empty parts count as absent. */
function contentOf({
  parts,
  usage,
  stopReason,
}: Pick<ModelAnswer, 'parts' | 'usage' | 'stopReason'>): unknown {
  const joined = (kind: Part['kind']): string =>
    parts.map((part) => (part.kind === kind && 'text' in part ? part.text : '')).join('');
  return {
    text: joined('text'),
    thinking: joined('thinking'),
    calls: parts.filter((part) => part.kind === 'tool-call'),
    usage,
    stopReason,
  };
}

describe('answers as streams', () => {
  test.each(IDS)('%s: the stream says what the whole answer says', (dialect) => {
    fc.assert(
      fc.property(answerEvents, (events) => {
        const source = events.reduce(foldAnswer, EMPTY_ANSWER);
        const again = foldFrames(dialect, streamed(dialect, events));
        expect(again.failure).toBeUndefined();
        expect(contentOf(again)).toEqual(contentOf(unstreamed(dialect, source)));
      }),
      { numRuns: 100 },
    );
  });

  test('toward an Anthropic client the blocks are those of the whole answer', () => {
    fc.assert(
      fc.property(answerEvents, (events) => {
        const source = events.reduce(foldAnswer, EMPTY_ANSWER);
        const again = foldFrames('anthropic-messages', streamed('anthropic-messages', events));
        const parts = unstreamed('anthropic-messages', source).parts.filter(hasContent);
        expect(again.parts.map(withoutEmptySignature)).toEqual(parts.map(withoutEmptySignature));
      }),
    );
  });

  test('toward an Anthropic client every stream has the form', () => {
    fc.assert(
      fc.property(answerEvents, (events) => {
        expectAnthropicForm(streamed('anthropic-messages', events));
      }),
      { numRuns: 100 },
    );
  });

  test('toward an OpenAI client every stream has the form', () => {
    fc.assert(
      fc.property(answerEvents, (events) => {
        expectOpenaiForm(streamed('openai-chat', events));
      }),
      { numRuns: 100 },
    );
  });

  test.each(IDS)('%s: a cut answer ends in an error, and nothing follows', (dialect) => {
    fc.assert(
      fc.property(answerEvents, fc.nat(20), (events, at) => {
        const failure: AnswerEvent = {
          kind: 'failure',
          failure: { code: 'UPSTREAM_CUT', message: 'cut' },
        };
        const cut = [...events.slice(0, Math.min(at, events.length - 1)), failure, ...events];
        const frames = streamed(dialect, cut);
        expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({ error: { message: 'cut' } });
        expect(JSON.stringify(frames)).not.toMatch(/DONE|message_stop|"finish_reason\\":\\"/);
        expect(foldFrames(dialect, frames).failure?.code).toBe('UPSTREAM_FAULT');
      }),
    );
  });
});

function hasContent(part: Part): boolean {
  if (part.kind === 'thinking') return part.text + (part.signature ?? '') !== '';
  return part.kind !== 'text' || part.text !== '';
}

function withoutEmptySignature(part: Part): Part {
  if (part.kind !== 'thinking' || part.signature !== '') return part;
  return { kind: 'thinking', text: part.text };
}

interface WireEvent {
  readonly type: string;
  readonly index: number;
}

/** Event names, their order, and one block at a time, numbered without gaps. */
function expectAnthropicForm(frames: readonly SseEvent[]): void {
  const events = frames.map(({ event, data }) => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the check is what reads it
    const wire = JSON.parse(data) as WireEvent;
    expect(wire.type).toBe(event);
    return wire;
  });
  const order = events.map(({ type }) => type.replace('content_block_', ''));
  expect(order.join(' ')).toMatch(
    /^message_start( start( delta)* stop)* message_delta message_stop$/,
  );
  let block = -1;
  for (const { type, index } of events.filter((event) => event.type.startsWith('content'))) {
    if (type === 'content_block_start') block += 1;
    expect(index).toBe(block);
  }
}

interface WireChunk {
  readonly id: string;
  readonly created: number;
  readonly choices: readonly {
    readonly finish_reason: string | null;
    readonly delta: {
      readonly role?: string;
      readonly tool_calls?: readonly {
        readonly index: number;
        readonly id?: string;
        readonly type?: string;
      }[];
    };
  }[];
  readonly usage?: object;
}

/** The role first, the finish reason once, usage without choices, then the end. */
function expectOpenaiForm(frames: readonly SseEvent[]): void {
  expect(frames.at(-1)?.data).toBe('[DONE]');
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the check is what reads it
  const chunks = frames.slice(0, -1).map(({ data }) => JSON.parse(data) as WireChunk);
  expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
  expect(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size).toBe(1);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: {} });
  const reasons = chunks.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason));
  expect(reasons.findIndex((reason) => reason !== null)).toBe(reasons.length - 1);
  const seen = new Set<number>();
  for (const call of chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])) {
    const isFirst = !seen.has(call.index);
    expect([call.id !== undefined, call.type !== undefined]).toEqual([isFirst, isFirst]);
    seen.add(call.index);
  }
  expect([...seen].sort()).toEqual([...seen].map((_, index) => index));
}
