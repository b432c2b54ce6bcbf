import type { AnswerEvent, Part, PartDelta } from '@postern/protocol';
import fc from 'fast-check';

interface Script {
  readonly part: Part;
  readonly deltas: readonly PartDelta[];
}

const words = fc.string({ unit: 'grapheme', maxLength: 6 });

const text: fc.Arbitrary<Script> = fc.array(words, { maxLength: 3 }).map((texts) => ({
  part: { kind: 'text', text: '' },
  deltas: texts.map((piece) => ({ kind: 'text', text: piece })),
}));

const thinking: fc.Arbitrary<Script> = fc
  .record({ texts: fc.array(words, { maxLength: 3 }), signature: fc.constantFrom('', 'signed') })
  .map(({ texts, signature }) => ({
    part: { kind: 'thinking', text: '' },
    deltas: [
      ...texts.map((piece) => ({ kind: 'thinking', text: piece }) as const),
      ...(signature === '' ? [] : [{ kind: 'signature', signature } as const]),
    ],
  }));

const call: fc.Arbitrary<Script> = fc
  .record({
    callId: fc.uuid(),
    input: fc.dictionary(fc.constantFrom('a', 'b'), words),
    cut: fc.nat(9),
  })
  .map(({ callId, input, cut }) => {
    const json = JSON.stringify(input);
    const pieces = [json.slice(0, cut), json.slice(cut)];
    return {
      part: { kind: 'tool-call', callId, name: 'look', inputJson: '' },
      deltas: pieces.map((piece) => ({ kind: 'tool-input', json: piece })),
    };
  });

/**
 * The events of answers whose parts are open side by side, as chat completions have them. Words of one
 * kind at a time, as no dialect mixes those.
 */
export const answerEvents: fc.Arbitrary<readonly AnswerEvent[]> = fc
  .record({
    first: fc.array(fc.oneof(text, thinking), { maxLength: 3 }),
    together: fc.array(call, { maxLength: 3 }),
    order: fc.array(fc.nat(2), { maxLength: 12 }),
    stopReason: fc.constantFrom('end', 'max-tokens', 'refusal'),
  })
  .map(({ first, together, order, stopReason }) => [
    { kind: 'start', id: 'x', model: 'm' },
    ...first.flatMap((script, index) => [
      ...partStart(script, index),
      ...deltasAndEnd(script, index),
    ]),
    ...interleaved(together, first.length, order),
    { kind: 'usage', usage: { inputTokens: 3, outputTokens: 5 } },
    { kind: 'finish', stopReason: together.length > 0 ? 'tool-calls' : stopReason },
  ]);

function partStart({ part }: Script, index: number): readonly AnswerEvent[] {
  return [{ kind: 'part-start', index, part }];
}

function deltasAndEnd({ deltas }: Script, index: number): readonly AnswerEvent[] {
  return [
    ...deltas.map((delta) => ({ kind: 'part-delta', index, delta }) as const),
    { kind: 'part-end', index },
  ];
}

/** Deltas of several parts in turn; whatever the order leaves over comes at the end. */
function interleaved(
  scripts: readonly Script[],
  from: number,
  order: readonly number[],
): readonly AnswerEvent[] {
  const queues = scripts.map((script, at) => [...deltasAndEnd(script, from + at)]);
  const started = scripts.flatMap((script, at) => partStart(script, from + at));
  const mixed = order.flatMap((at) => queues[at]?.splice(0, 1) ?? []);
  return [...started, ...mixed, ...queues.flat()];
}
