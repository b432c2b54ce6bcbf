import type { AnswerEvent, ModelAnswer } from '@postern/protocol';

/** The events that fold to a whole answer. */
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
