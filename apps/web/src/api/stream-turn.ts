import type { ConversationId, TurnEvent, TurnInput } from '@postern/protocol';
import { readStream, type StreamReader } from './read-stream.ts';
import { exchange, type ApiResult } from './request.ts';

export type AnswerReader = StreamReader<TurnEvent>;

/**
 * Requests an answer and passes on each event as it arrives. Succeeds when the stream ends, even if
 * the answer failed; the caller checks whether `done` arrived. The answer goes on if the stream is cut.
 */
export async function streamTurn(
  id: ConversationId,
  turn: TurnInput,
  reader: AnswerReader,
): Promise<ApiResult<undefined>> {
  const path = `/api/conversations/${id}/turns`;
  return await readStream(await exchange('POST', path, turn, reader.signal), reader);
}

/** The same for an answer that is already running. Succeeds without an event if none is running. */
export async function streamAnswer(
  id: ConversationId,
  reader: AnswerReader,
): Promise<ApiResult<undefined>> {
  const path = `/api/conversations/${id}/answer`;
  return await readStream(await exchange('GET', path, undefined, reader.signal), reader);
}
