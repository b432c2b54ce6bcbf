/** Cryptographically secure random bytes, passed as an argument. */
export interface Randomness {
  /** `count` new bytes from the operating system's generator. */
  bytes(count: number): Uint8Array;
}

const LAST_MS = 2 ** 48 - 1;
const RANDOM_BYTES = 10;
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An id that sorts by creation time: 48 bits of milliseconds and 80 random bits in Crockford's
 * base 32, 26 characters, lower case (the layout of ULID, github.com/ulid/spec). Ids of the same
 * millisecond sort randomly. A time before 1970 counts as 1970. Throws for a time after the year 10889, or
 * if the source returns the wrong number of bytes.
 */
export function sortableId(nowMs: number, randomness: Randomness): string {
  const timeMs = Math.max(0, Math.trunc(nowMs));
  if (!(timeMs <= LAST_MS)) throw new RangeError('the time does not fit a sortable id');
  const random = randomness.bytes(RANDOM_BYTES);
  if (random.length !== RANDOM_BYTES)
    throw new TypeError('the random source gave another number of bytes');
  let bits = BigInt(timeMs);
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) {
    text += BASE32.charAt(Number((bits >> shift) & 31n));
  }
  return text;
}
