/** One cost parameter of a key derivation. */
export interface KdfCost {
  /** The cost for new keys, and the minimum for existing ones: an altered file can't make guessing easier. */
  readonly written: number;
  /** The maximum. Without it, a hostile file could use up memory or take minutes. */
  readonly max: number;
}

/** The costs of deriving keys from passphrases and machine ids. */
export interface KdfCosts {
  /** The keyring slot. */
  readonly pbkdf2Iterations: KdfCost;
  /** The passphrase slot. */
  readonly argon2: {
    readonly memoryKiB: KdfCost;
    readonly passes: KdfCost;
    readonly lanes: KdfCost;
    /** The maximum of memory in KiB times passes. */
    readonly maxWork: number;
  };
  /** The passphrase recipient of an encrypted file. */
  readonly pbes2Count: KdfCost;
}

/** The costs of Postern. Only tests use others. */
export const KDF_COSTS: KdfCosts = {
  pbkdf2Iterations: { written: 256_000, max: 2_000_000 },
  // RFC 9106 §4, the second recommended option.
  argon2: {
    memoryKiB: { written: 65_536, max: 524_288 },
    passes: { written: 3, max: 10 },
    lanes: { written: 4, max: 8 },
    maxWork: 2_097_152,
  },
  pbes2Count: { written: 600_000, max: 2_000_000 },
};

export function isWithin(cost: number, { written, max }: KdfCost): boolean {
  return cost >= written && cost <= max;
}
