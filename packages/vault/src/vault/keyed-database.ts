import type { Result, Secret } from '@postern/kernel';

/** Why a database refused its new key; `reason` is what its own part calls it. */
export interface DatabaseRefusal {
  readonly reason: string;
}

/**
 * A database whose key the vault derives, as the change of the data key needs it. Keys are 64
 * hexadecimal digits, as `deriveKey` gives them.
 */
export interface KeyedDatabase {
  /** What its key is derived for. */
  readonly purpose: string;
  /**
   * Gives the database its new key, whole or not at all. A database that has it already, or that is
   * not there, is a success: after a kill the call is made again.
   */
  rekey(from: Secret, to: Secret): Promise<Result<undefined, DatabaseRefusal>>;
  /** Whether the key opens the database, or there is none. */
  verify(key: Secret): Promise<Result<undefined, DatabaseRefusal>>;
}
