import { encodeUtf8, expectOk, parseJson, sseParser, type SseEvent } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type DialectId,
  type FoldedAnswer,
} from '@postern/protocol';
import type { AnswerStreamMeta } from '../dialect.ts';
import { DIALECTS } from '../dialects.ts';

/** The text of a stream with these events. By default they come from another dialect. */
export function encodeEvents(
  to: DialectId,
  events: readonly AnswerEvent[],
  meta: Partial<AnswerStreamMeta> = {},
): string {
  const from = to === 'anthropic-messages' ? 'openai-chat' : 'anthropic-messages';
  const encoder = DIALECTS[to].answerEncoder({ createdAtMs: 5_000, from, ...meta });
  return events.map((event) => encoder.push(event)).join('');
}

/** The frames of a stream. */
export function framesOf(stream: string): readonly SseEvent[] {
  return expectOk(sseParser().push(encodeUtf8(stream)));
}

/** The JSON in the frames of a stream. */
export function jsonOf(stream: string): readonly unknown[] {
  const data = framesOf(stream).map((frame) => frame.data);
  return data.filter((text) => text !== '[DONE]').map((text) => expectOk(parseJson(text)));
}

/** The answer that these frames decode to. */
export function foldFrames(dialect: DialectId, frames: readonly SseEvent[]): FoldedAnswer {
  const decoder = DIALECTS[dialect].answerDecoder();
  const events = [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
  return events.reduce(foldAnswer, EMPTY_ANSWER);
}
