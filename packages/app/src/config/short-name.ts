const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * Twelve hex digits that stand for a longer text in a file name: of its FNV-1a hash (64 bits). It
 * tells the homes of one person apart, who could only deceive themselves; a cryptographic one would
 * take longer to load than a short command takes otherwise.
 */
export function shortName(text: string): string {
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash.toString(16).padStart(16, '0').slice(0, 12);
}
