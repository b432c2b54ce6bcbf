import { failed, ok, parseJson, sseParser } from '@postern/kernel';
import type { ConversationId, TurnEvent, TurnInput } from '@postern/protocol';
import { GARBLED, UNREACHABLE } from './problem.ts';
import { exchange, type ApiResult } from './request.ts';

/**
 * Requests an answer and passes on each event as it arrives. Succeeds when the stream ends, even if
 * the answer failed; the caller checks whether `done` arrived.
 */
export async function streamTurn(
  id: ConversationId,
  turn: TurnInput,
  onEvent: (event: TurnEvent) => void,
): Promise<ApiResult<undefined>> {
  const response = await exchange('POST', `/api/conversations/${id}/turns`, turn);
  if (!response.ok) return response;
  const body = response.value.body;
  if (body === null) return failed(GARBLED);
  const parser = sseParser();
  const reader = body.getReader();
  for (;;) {
    const chunk = await nextChunk(reader);
    if (chunk === 'cut') return failed(UNREACHABLE);
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
