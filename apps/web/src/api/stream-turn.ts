import { failed, ok, parseJson, sseParser } from '@postern/kernel';
import type { ConversationId, TurnEvent, TurnInput } from '@postern/protocol';
import { GARBLED, UNREACHABLE } from './problem.ts';
import { exchange, type ApiResult } from './request.ts';

/** What receives an answer's events, until the signal aborts. */
export interface AnswerReader {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TurnEvent) => void;
}

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
  return await readEvents(await exchange('POST', path, turn, reader.signal), reader);
}

/** The same for an answer that is already running. Succeeds without an event if none is running. */
export async function streamAnswer(
  id: ConversationId,
  reader: AnswerReader,
): Promise<ApiResult<undefined>> {
  const path = `/api/conversations/${id}/answer`;
  return await readEvents(await exchange('GET', path, undefined, reader.signal), reader);
}

async function readEvents(
  response: ApiResult<Response>,
  { onEvent, signal }: AnswerReader,
): Promise<ApiResult<undefined>> {
  if (!response.ok) return response;
  const { body, status } = response.value;
  if (status === 204) return ok();
  if (body === null) return failed(GARBLED);
  const parser = sseParser();
  const reader = body.getReader();
  for (;;) {
    const chunk = await nextChunk(reader);
    if (chunk === 'cut' || signal.aborted) return failed(UNREACHABLE);
    if (chunk === 'end') return ok();
    const events = parser.push(chunk);
    if (!events.ok) return failed(GARBLED);
    for (const { data } of events.value) {
      const event = parseJson(data);
      if (!event.ok) return failed(GARBLED);
      // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the process that served this page sends the protocol's types
      onEvent(event.value as unknown as TurnEvent);
    }
  }
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Uint8Array | 'end' | 'cut'> {
  try {
    const { done, value } = await reader.read();
    return done ? 'end' : value;
  } catch {
    return 'cut';
  }
}
