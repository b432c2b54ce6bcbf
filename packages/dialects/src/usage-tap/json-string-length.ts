const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const U = 0x75;

/** The index of the closing quote of the JSON string whose first character is at `start`. */
export function endOfJsonString(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code !== QUOTE && at < text.length;) {
    at += code === BACKSLASH ? 2 : 1;
    code = text.charCodeAt(at);
  }
  return Math.min(at, text.length);
}

/** The length of the JSON string from `start` to its closing quote, once unescaped, in UTF-16 code units. */
export function jsonStringLength(text: string, start: number, end: number): number {
  let length = end - start;
  for (let at = start; at < end; at += 1) {
    if (text.charCodeAt(at) !== BACKSLASH) continue;
    const isLong = text.charCodeAt(at + 1) === U;
    length -= isLong ? 5 : 1;
    at += isLong ? 5 : 1;
  }
  return length;
}
