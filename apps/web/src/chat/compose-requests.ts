/** Returns the new text of the composer. `at` is where its caret is. */
type Change = (draft: string, at: number) => string;
type Listener = (change: Change | undefined) => void;

const listeners = new Set<Listener>();

/** Puts a text into the composer and focuses it. */
export function proposeDraft(text: string): void {
  for (const listener of listeners) listener(() => text);
}

/** Adds a text to the composer as a block quote, and focuses it. */
export function insertQuote(text: string): void {
  for (const listener of listeners) listener((draft) => withQuote(draft, text));
}

/** Adds a text to the composer at its caret, and focuses it. */
export function insertText(text: string): void {
  for (const listener of listeners) {
    listener((draft, at) => draft.slice(0, at) + text + draft.slice(at));
  }
}

/** Focuses the composer. */
export function focusComposer(): void {
  for (const listener of listeners) listener(undefined);
}

export function onComposeRequest(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function withQuote(draft: string, text: string): string {
  const quote = text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n');
  const before = draft.trim() === '' ? '' : `${draft.trimEnd()}\n\n`;
  return `${before}${quote}\n\n`;
}
