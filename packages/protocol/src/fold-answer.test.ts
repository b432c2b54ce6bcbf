import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerEvent, Part, PartDelta, Usage } from './conversation.ts';
import { EMPTY_ANSWER, foldAnswer, type FoldedAnswer } from './fold-answer.ts';

const fold = (events: readonly AnswerEvent[]): FoldedAnswer =>
  events.reduce(foldAnswer, EMPTY_ANSWER);

/** A part, and one way in which it can arrive: how it starts and what is added. */
interface Arrival {
  readonly part: Part;
  readonly start: Part;
  readonly deltas: readonly PartDelta[];
}

const pieces = fc.array(fc.string(), { maxLength: 4 });

const textArrival = fc
  .tuple(fc.string(), pieces, fc.array(fc.jsonValue(), { maxLength: 2 }))
  .map(([first, rest, annotations]): Arrival => {
    const text = first + rest.join('');
    const values = annotations.map((value) => jsonOf(value));
    return {
      part:
        values.length === 0 ? { kind: 'text', text } : { kind: 'text', text, annotations: values },
      start: { kind: 'text', text: first },
      deltas: [
        ...rest.map((more): PartDelta => ({ kind: 'text', text: more })),
        ...values.map((value): PartDelta => ({ kind: 'annotation', value })),
      ],
    };
  });

const thinkingArrival = fc
  .tuple(pieces, fc.array(fc.string(), { minLength: 1, maxLength: 3 }))
  .map(([texts, signatures]): Arrival => ({
    part: { kind: 'thinking', text: texts.join(''), signature: signatures.join('') },
    start: { kind: 'thinking', text: '' },
    deltas: [
      ...texts.map((text): PartDelta => ({ kind: 'thinking', text })),
      ...signatures.map((signature): PartDelta => ({ kind: 'signature', signature })),
    ],
  }));

const toolArrival = fc
  .tuple(fc.string(), fc.string(), pieces)
  .map(([callId, name, fragments]): Arrival => ({
    part: { kind: 'tool-call', callId, name, inputJson: fragments.join('') },
    start: { kind: 'tool-call', callId, name, inputJson: '' },
    deltas: fragments.map((json): PartDelta => ({ kind: 'tool-input', json })),
  }));

const refusalArrival = pieces.map((texts): Arrival => ({
  part: { kind: 'refusal', text: texts.join('') },
  start: { kind: 'refusal', text: '' },
  deltas: texts.map((text): PartDelta => ({ kind: 'refusal', text })),
}));

const opaqueArrival = fc
  .array(fc.jsonValue(), { minLength: 1, maxLength: 3 })
  .map((raw): Arrival => {
    const values = raw.map((value) => jsonOf(value));
    const opaque = { kind: 'opaque', dialect: 'openai-chat' } as const;
    return {
      part: { ...opaque, value: values.at(-1) ?? null },
      start: { ...opaque, value: values[0] ?? null },
      deltas: values.slice(1).map((value): PartDelta => ({ kind: 'opaque', value })),
    };
  });

type Json = Extract<Part, { kind: 'opaque' }>['value'];

function jsonOf(value: unknown): Json {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- what comes back from JSON text is a JSON value
  return JSON.parse(JSON.stringify(value)) as Json;
}

const arrivals = fc.array(
  fc.oneof(textArrival, thinkingArrival, toolArrival, refusalArrival, opaqueArrival),
  { maxLength: 5 },
);

/** All starts in order, then the deltas of all parts dealt out as `order` says. */
function interleave(all: readonly Arrival[], order: readonly number[]): AnswerEvent[] {
  const events: AnswerEvent[] = all.map(({ start }, index) => ({
    kind: 'part-start',
    index,
    part: start,
  }));
  const waiting = all.map(({ deltas }, index) => ({ index, deltas: [...deltas] }));
  const turns = [...order, ...waiting.flatMap(({ index, deltas }) => deltas.map(() => index))];
  for (const turn of turns) {
    const next = waiting[turn % Math.max(1, waiting.length)];
    const delta = next?.deltas.shift();
    if (next !== undefined && delta !== undefined) {
      events.push({ kind: 'part-delta', index: next.index, delta });
    }
  }
  return events;
}

describe('foldAnswer', () => {
  test('returns the parts, however their deltas are interleaved', () => {
    fc.assert(
      fc.property(arrivals, fc.array(fc.nat({ max: 4 })), (all, order) => {
        expect(fold(interleave(all, order)).parts).toEqual(all.map(({ part }) => part));
      }),
      { numRuns: 300 },
    );
  });

  test('never mutates its input', () => {
    fc.assert(
      fc.property(arrivals, (all) => {
        let answer = EMPTY_ANSWER;
        for (const event of interleave(all, [])) {
          const before = structuredClone(answer);
          const next = foldAnswer(answer, event);
          expect(answer).toEqual(before);
          answer = next;
        }
      }),
    );
  });

  test('start, finish and failure', () => {
    const begun = fold([{ kind: 'start', id: 'msg_1', model: 'm' }]);
    expect(begun).toEqual({ ...EMPTY_ANSWER, id: 'msg_1', model: 'm' });
    expect(
      foldAnswer(begun, { kind: 'finish', stopReason: 'stop-sequence', stopSequence: 'X' }),
    ).toEqual({ ...begun, stopReason: 'stop-sequence', stopSequence: 'X', ended: true });
    const failure = { code: 'UPSTREAM_CUT', message: 'cut' } as const;
    expect(foldAnswer(begun, { kind: 'failure', failure })).toEqual({
      ...begun,
      failure,
      ended: true,
    });
  });

  test.each<readonly [readonly Usage[], Usage]>([
    [
      [{ inputTokens: 5 }, { outputTokens: 1 }, { outputTokens: 9 }],
      { inputTokens: 5, outputTokens: 9 },
    ],
    [[{ outputTokens: 9 }, { outputTokens: 0 }], { outputTokens: 0 }],
    [[{ cacheReadTokens: 3 }, {}], { cacheReadTokens: 3 }],
  ])('usage %j is cumulative: a later count replaces an earlier one', (counts, expected) => {
    expect(fold(counts.map((usage) => ({ kind: 'usage', usage }))).usage).toEqual(expected);
  });

  test('a part that starts complete needs no delta', () => {
    const part: Part = { kind: 'image', source: { kind: 'url', url: 'https://a.example/i.png' } };
    expect(
      fold([
        { kind: 'part-start', index: 0, part },
        { kind: 'part-end', index: 0 },
      ]).parts,
    ).toEqual([part]);
  });

  test.each<readonly [string, AnswerEvent]>([
    ['of another kind', { kind: 'part-delta', index: 0, delta: { kind: 'tool-input', json: '{' } }],
    [
      'for a part that never started',
      { kind: 'part-delta', index: 7, delta: { kind: 'text', text: 'x' } },
    ],
  ])('a delta %s changes nothing', (_name, event) => {
    const answer = fold([{ kind: 'part-start', index: 0, part: { kind: 'text', text: 'a' } }]);
    expect(foldAnswer(answer, event)).toEqual(answer);
  });
});
