import { KDF_COSTS, type KdfCosts } from '../kdf-costs.ts';

/**
 * Costs that take no time, for tests that aren't about key derivation. A vault with the normal costs
 * opens with these too, but not the other way round.
 */
export const WEAK_KDF_COSTS: KdfCosts = {
  pbkdf2Iterations: { ...KDF_COSTS.pbkdf2Iterations, written: 1000 },
  argon2: {
    ...KDF_COSTS.argon2,
    memoryKiB: { ...KDF_COSTS.argon2.memoryKiB, written: 64 },
    passes: { ...KDF_COSTS.argon2.passes, written: 1 },
    lanes: { ...KDF_COSTS.argon2.lanes, written: 1 },
  },
  pbes2Count: { ...KDF_COSTS.pbes2Count, written: 1000 },
};
