import type { PageEvent } from '@postern/protocol';
import { onVisibility } from '../state/visibility.ts';
import { pause, readStream } from '../api/read-stream.ts';
import { exchange } from '../api/request.ts';

/** The pause before the page connects again after its stream was cut or refused. */
const RETRY_MS = 2000;

type Listener = (event: PageEvent) => void;
const listeners = new Set<Listener>();

/** Calls the listener with every change on any page, while `watchPageEvents` is active. */
export function onPageEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Holds one event stream open while the page is visible, until the returned function is called. Each
 * new stream begins with `sync`, so that the page catches up with what it missed. A hidden page has
 * none, because a browser has only six connections to one server for all its tabs.
 */
export function watchPageEvents(): () => void {
  let stream: AbortController | undefined;
  const stopWatching = onVisibility((visible) => {
    stream?.abort();
    stream = undefined;
    if (!visible) return;
    stream = new AbortController();
    void keepStream(stream.signal);
  });
  return () => {
    stopWatching();
    stream?.abort();
  };
}

async function keepStream(signal: AbortSignal): Promise<void> {
  const onEvent = (event: PageEvent): void => {
    if (signal.aborted) return;
    for (const listener of [...listeners]) listener(event);
  };
  while (!signal.aborted) {
    const response = await exchange('GET', '/api/events', undefined, signal);
    await readStream<PageEvent>(response, { signal, onEvent });
    await pause(RETRY_MS, signal);
  }
}
