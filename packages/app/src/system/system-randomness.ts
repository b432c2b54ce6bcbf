import type { Randomness } from '@postern/kernel';

/** What one call of the Web Cryptography API gives at most (its §10.1.1). */
const MAX_BYTES = 65_536;

/** The operating system's generator, by the global that costs nothing before it is used. */
export const systemRandomness: Randomness = {
  bytes: (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += MAX_BYTES) {
      crypto.getRandomValues(bytes.subarray(at, at + MAX_BYTES));
    }
    return bytes;
  },
};
