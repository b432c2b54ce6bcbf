import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type DialectId,
  type FoldedAnswer,
} from '@postern/protocol';
import { DIALECTS } from '../dialects.ts';

/** The events of a stream with these data; texts are sent as they are, anything else as JSON. */
export function decodeEvents(dialect: DialectId, data: readonly unknown[]): readonly AnswerEvent[] {
  const decoder = DIALECTS[dialect].answerDecoder();
  const events = data.flatMap((event) =>
    decoder.push({
      event: undefined,
      data: typeof event === 'string' ? event : JSON.stringify(event),
    }),
  );
  return [...events, ...decoder.end()];
}

export function foldEvents(dialect: DialectId, data: readonly unknown[]): FoldedAnswer {
  return decodeEvents(dialect, data).reduce(foldAnswer, EMPTY_ANSWER);
}
