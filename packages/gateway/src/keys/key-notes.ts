const MAX_NOTES = 20;
const NOTE_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
/** No control characters, and none that change the direction of a list's text. */
const NOTE_VALUE = /^[^\p{C}]{1,200}$/u;

/** Parses a key's notes: at most 20 names with values of one line; undefined if they are malformed. */
export function parseNotes(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const notes: Record<string, string> = {};
  const entries: readonly [string, unknown][] = Object.entries(value);
  for (const [name, text] of entries) {
    if (!NOTE_NAME.test(name) || typeof text !== 'string' || !NOTE_VALUE.test(text)) {
      return undefined;
    }
    notes[name] = text;
  }
  return entries.length > MAX_NOTES ? undefined : notes;
}
