type Listener = (text: string | undefined) => void;

const listeners = new Set<Listener>();

/** Puts a text into the composer and focuses it. */
export function proposeDraft(text: string): void {
  for (const listener of listeners) listener(text);
}

/** Focuses the composer. */
export function focusComposer(): void {
  for (const listener of listeners) listener(undefined);
}

export function onComposeRequest(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
