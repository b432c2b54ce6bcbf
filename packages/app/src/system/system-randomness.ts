import type { Randomness } from '@postern/kernel';

/** The largest request to the Web Cryptography API (its §10.1.1). */
const MAX_BYTES = 65_536;

/** The operating system's generator, through a global that costs nothing until it is used. */
export const systemRandomness: Randomness = {
  bytes: (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += MAX_BYTES) {
      crypto.getRandomValues(bytes.subarray(at, at + MAX_BYTES));
    }
    return bytes;
  },
};
