/*
 * Finds the ends of events in the bytes of a `text/event-stream`: an event ends after a blank line, with
 * any of the three line ends (WHATWG HTML, §9.2.6). Nothing is decoded.
 */

const LF = 0x0a;
const CR = 0x0d;

/** The position after the last complete event; 0 if none has ended yet. */
export function lastEventEnd(bytes: Uint8Array): number {
  for (let at = bytes.length; at > 0; at -= 1) if (isEventEnd(bytes, at)) return at;
  return 0;
}

/** The first position after `after` where an event ends; undefined if there is none. */
export function nextEventEnd(bytes: Uint8Array, after: number): number | undefined {
  for (let at = after + 1; at <= bytes.length; at += 1) if (isEventEnd(bytes, at)) return at;
  return undefined;
}

/** Whether the bytes end with a complete event. */
export function endsEvent(bytes: Uint8Array): boolean {
  return isEventEnd(bytes, bytes.length);
}

/** The event that contains the byte at `at`, with the blank line after it if there is one. */
export function eventAround(bytes: Uint8Array, at: number): { start: number; end: number } {
  let start = at;
  while (start > 0 && !isEventEnd(bytes, start)) start -= 1;
  return { start, end: nextEventEnd(bytes, at) ?? bytes.length };
}

/** Whether the bytes before `at` end with a blank line. */
function isEventEnd(bytes: Uint8Array, at: number): boolean {
  const last = bytes[at - 1];
  if (last === CR) return bytes[at - 2] === CR;
  if (last !== LF) return false;
  const before = bytes[at - 2];
  return before === LF || (before === CR && bytes[at - 3] === LF);
}
