/*
 * Where events end in a server-sent event stream: after a blank line, whichever of the three line
 * ends the server writes (WHATWG HTML, §9.2.6).
 */

const LF = 0x0a;
const CR = 0x0d;

/** The position after the last whole event; 0 where none has ended yet. */
export function lastEventEnd(bytes: Buffer): number {
  if (endsEvent(bytes)) return bytes.length;
  return Math.max(
    after(bytes.lastIndexOf('\n\n'), 2),
    after(bytes.lastIndexOf('\n\r\n'), 3),
    after(bytes.lastIndexOf('\r\r'), 2),
  );
}

/** Whether a stream that stops after these bytes stops between two events. */
export function endsEvent(bytes: Buffer): boolean {
  return isBorder(bytes, bytes.length);
}

/** The event in which the byte at `at` stands, with the blank line after it if that is there. */
export function eventAround(bytes: Buffer, at: number): { start: number; end: number } {
  let start = at;
  while (start > 0 && !isBorder(bytes, start)) start -= 1;
  let end = at + 1;
  while (end < bytes.length && !isBorder(bytes, end)) end += 1;
  return { start, end };
}

/** Whether what stands before `at` ends with a blank line. */
function isBorder(bytes: Buffer, at: number): boolean {
  const last = bytes[at - 1];
  if (last === CR) return bytes[at - 2] === CR;
  if (last !== LF) return false;
  const before = bytes[at - 2];
  return before === LF || (before === CR && bytes[at - 3] === LF);
}

function after(at: number, length: number): number {
  return at === -1 ? 0 : at + length;
}
