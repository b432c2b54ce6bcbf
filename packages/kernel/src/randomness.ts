/** Cryptographically secure random bytes as an argument. */
export interface Randomness {
  /** `count` fresh bytes from the operating system's generator. */
  bytes(count: number): Uint8Array;
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An id that sorts by creation time: 48 bits of milliseconds and 80 random bits in Crockford's
 * base 32, 26 characters, lower case (the layout of ULID, github.com/ulid/spec).
 */
export function sortableId(nowMs: number, randomness: Randomness): string {
  let bits = BigInt(Math.max(0, Math.trunc(nowMs))) & 0xffff_ffff_ffffn;
  for (const byte of randomness.bytes(10)) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) {
    text += BASE32.charAt(Number((bits >> shift) & 31n));
  }
  return text;
}
