import { failed, ok, parseJson, sseParser } from '@postern/kernel';
import { GARBLED, UNREACHABLE } from './problem.ts';
import type { ApiResult } from './request.ts';

/** What receives the events of a stream, until the signal aborts. */
export interface StreamReader<E> {
  readonly signal: AbortSignal;
  readonly onEvent: (event: E) => void;
}

/** Passes on each event of a response as it arrives. Succeeds at its end, and for 204 at once. */
export async function readStream<E>(
  response: ApiResult<Response>,
  { onEvent, signal }: StreamReader<E>,
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
      onEvent(event.value as unknown as E);
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

/** Waits, or less if the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
