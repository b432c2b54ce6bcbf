/** One cost of a derivation: what is written, and what a file may demand of whoever opens it. */
export interface KdfCost {
  /** Also the least that is accepted, so that an altered file cannot weaken a guess. */
  readonly written: number;
  /** Keeps a hostile file from taking the machine's memory or minutes of its time. */
  readonly max: number;
}

/** The costs of every key that is derived from something a person or a machine knows. */
export interface KdfCosts {
  /** The keyring slot. */
  readonly pbkdf2Iterations: KdfCost;
  /** The passphrase slot. */
  readonly argon2: {
    readonly memoryKiB: KdfCost;
    readonly passes: KdfCost;
    readonly lanes: KdfCost;
    /** Largest product of memory in KiB and passes. */
    readonly maxWork: number;
  };
  /** The passphrase recipient of an encrypted file. */
  readonly pbes2Count: KdfCost;
}

/** What Postern writes and demands. Only tests give a vault others. */
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
