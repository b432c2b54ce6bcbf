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
  const last = bytes.at(-1);
  const before = bytes.at(-2);
  if (last === CR) return before === CR;
  if (last !== LF) return false;
  return before === LF || (before === CR && bytes.at(-3) === LF);
}

/** The events of bytes that begin and end between events, each with the blank line after it. */
export function eventsOf(bytes: Buffer): Buffer[] {
  const events: Buffer[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = eventEnd(bytes, from);
    events.push(bytes.subarray(from, end));
    from = end;
  }
  return events;
}

function eventEnd(bytes: Buffer, from: number): number {
  const ends = [
    after(bytes.indexOf('\n\n', from), 2),
    after(bytes.indexOf('\n\r\n', from), 3),
    after(bytes.indexOf('\r\r', from), 2),
  ].filter((end) => end !== 0);
  return ends.length === 0 ? bytes.length : Math.min(...ends);
}

function after(at: number, length: number): number {
  return at === -1 ? 0 : at + length;
}
