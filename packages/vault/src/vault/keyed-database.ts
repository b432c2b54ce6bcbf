import type { Result, Secret } from '@postern/kernel';

/** Why a database refused a key. `reason` comes from the package that owns the database. */
export interface DatabaseRefusal {
  readonly reason: string;
}

/**
 * A database whose key the vault derives, so that a rekey of the vault rekeys it too. Keys are 64
 * hexadecimal digits, as returned by `deriveKey`.
 */
export interface KeyedDatabase {
  /** The purpose of its key in `deriveKey`. */
  readonly purpose: string;
  /**
   * Changes the database's key atomically. Succeeds if the database has the new key already or doesn't
   * exist, because the call is repeated after an interruption.
   */
  rekey(from: Secret, to: Secret): Promise<Result<undefined, DatabaseRefusal>>;
  /** Succeeds if the key opens the database or there is no database. */
  verify(key: Secret): Promise<Result<undefined, DatabaseRefusal>>;
}
