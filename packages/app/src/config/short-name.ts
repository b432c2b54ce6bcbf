const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * Twelve hex digits that stand for a longer text in a file name, from its FNV-1a hash (64 bits). It
 * only distinguishes the homes of one user, so it needs no cryptographic hash, which would take
 * longer to load than the rest of a short command.
 */
export function shortName(text: string): string {
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash.toString(16).padStart(16, '0').slice(0, 12);
}
