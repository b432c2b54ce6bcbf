import type { PageEvent } from '@postern/protocol';
import { privateChats } from '../state/private-chats.ts';
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
 * none, because a browser has only six connections to one server for all its tabs, unless it has private chats,
 * which are closed when their page has no stream.
 */
export function watchPageEvents(): () => void {
  let stream: AbortController | undefined;
  const keepHidden = (): void => {
    if (document.visibilityState === 'visible') return;
    const isNeeded = privateChats.get().length > 0;
    if (isNeeded === (stream !== undefined)) return;
    stream?.abort();
    stream = isNeeded ? openStream() : undefined;
  };
  const stops = [
    onVisibility((visible) => {
      if (!visible) {
        keepHidden();
        return;
      }
      stream?.abort();
      stream = openStream();
    }),
    privateChats.subscribe(keepHidden),
  ];
  return () => {
    for (const stop of stops) stop();
    stream?.abort();
  };
}

function openStream(): AbortController {
  const stream = new AbortController();
  void keepStream(stream.signal);
  return stream;
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
