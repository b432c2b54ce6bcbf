import type { AnswerEvent, ModelAnswer } from '@postern/protocol';

/** Turns a whole answer into the events of a streamed one. */
export function wholeAnswerEvents(answer: ModelAnswer): readonly AnswerEvent[] {
  const { id, model, parts, usage, stopReason, stopSequence, extra } = answer;
  return [
    { kind: 'start', id, model },
    ...parts.flatMap((part, index): readonly AnswerEvent[] => [
      { kind: 'part-start', index, part },
      { kind: 'part-end', index },
    ]),
    { kind: 'usage', usage },
    {
      kind: 'finish',
      stopReason,
      ...(stopSequence !== undefined && { stopSequence }),
      ...(extra !== undefined && { extra }),
    },
  ];
}
