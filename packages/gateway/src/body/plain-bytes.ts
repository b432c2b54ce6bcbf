const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORD_BYTES = 4;
/** Most strings are shorter, and a view of words isn't worth its cost for them. */
const SHORT = 32;

/** 1 for every byte that is allowed unescaped in a string (RFC 8259 §7). */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

/** The index of the first byte from `at` on that isn't allowed unescaped in a JSON string; `limit` if there is none. */
export function plainEnd(bytes: Uint8Array, at: number, limit: number): number {
  const short = Math.min(limit, at + SHORT);
  const end = plainEndByBytes(bytes, at, short);
  if (end < short || end === limit) return end;
  return plainEndByBytes(bytes, plainEndByWords(bytes, end, limit), limit);
}

function plainEndByBytes(bytes: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit && PLAIN[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

/**
 * Moves on as long as four bytes together are plain, and a few bytes to the next whole word at first. The tests of
 * all bytes of a word at once are those of Anderson, "Bit Twiddling Hacks".
 */
function plainEndByWords(bytes: Uint8Array, from: number, limit: number): number {
  const misaligned = (bytes.byteOffset + from) % WORD_BYTES;
  const start = Math.min(limit, misaligned === 0 ? from : from + WORD_BYTES - misaligned);
  const aligned = plainEndByBytes(bytes, from, start);
  if (aligned < start || start === limit) return aligned;
  const count = Math.floor((limit - start) / WORD_BYTES);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
  let word = 0;
  while (word < count && isPlain(words[word] ?? 0)) word += 1;
  return start + word * WORD_BYTES;
}

function isPlain(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const found =
    ((word - 0x20202020) & ~word) |
    ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes);
  return (found & 0x80808080) === 0;
}
