import { DIALECTS } from '@postern/dialects';
import { expectOk, sseParser } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type DialectId,
  type FoldedAnswer,
  type ModelAnswer,
} from '@postern/protocol';

/** Decodes a stream that arrives in the given chunks. */
export function decodeChunks(
  dialect: DialectId,
  chunks: readonly Uint8Array[],
): readonly AnswerEvent[] {
  const parser = sseParser();
  const decoder = DIALECTS[dialect].answerDecoder();
  const events: AnswerEvent[] = [];
  for (const chunk of chunks) {
    for (const event of expectOk(parser.push(chunk))) events.push(...decoder.push(event));
  }
  expectOk(parser.end());
  return [...events, ...decoder.end()];
}

export function fold(events: readonly AnswerEvent[]): FoldedAnswer {
  return events.reduce(foldAnswer, EMPTY_ANSWER);
}

/** Converts a complete folded answer to a whole answer. */
export function wholeOf(folded: FoldedAnswer): ModelAnswer {
  const { id = '', model = '', stopSequence, extra, parts, usage, stopReason } = folded;
  return {
    id,
    model,
    parts,
    stopReason,
    usage,
    ...(stopSequence !== undefined && { stopSequence }),
    ...(extra !== undefined && { extra }),
  };
}

/** Splits bytes at the given offsets. */
export function cutAt(bytes: Uint8Array, offsets: readonly number[]): readonly Uint8Array[] {
  const cuts = [...new Set(offsets.map((offset) => offset % (bytes.length + 1)))].sort(
    (left, right) => left - right,
  );
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length));
}
