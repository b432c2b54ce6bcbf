const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const U = 0x75;

/** The length of the JSON string whose first character is at `start`, in UTF-16 code units, unescaped. */
export function jsonStringLength(text: string, start: number): number {
  const quote = text.indexOf('"', start);
  const end = quote === -1 ? text.length : quote;
  const backslash = text.indexOf('\\', start);
  if (backslash === -1 || backslash >= end) return end - start;
  return escapedLength(text, start);
}

function escapedLength(text: string, start: number): number {
  let length = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) break;
    if (code !== BACKSLASH) at += 1;
    else at += text.charCodeAt(at + 1) === U ? 6 : 2;
    length += 1;
  }
  return length;
}
