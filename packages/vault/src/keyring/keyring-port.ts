import type { Result, Secret } from '@postern/kernel';

/** Why a call to the keyring failed. A missing entry isn't a failure. */
export type KeyringFailure =
  | { readonly reason: 'keyring-unavailable'; readonly cause: KeyringAbsence }
  | { readonly reason: 'keyring-locked' }
  | { readonly reason: 'keyring-denied' };

export type KeyringAbsence =
  /** No session bus, or no keyring at all on this system. */
  | 'no-bus'
  /** A bus without a Secret Service provider. */
  | 'no-service'
  /** A service without a collection to store entries in. */
  | 'no-collection'
  /** It disappeared, or didn't respond in time. */
  | 'no-answer'
  /** It accepts an entry, but returns something else afterwards. */
  | 'not-keeping'
  /** Any other error of the keyring library. */
  | 'unknown';

/** The entries of the user's keyring under one service name. */
export interface KeyringPort {
  /** Undefined if there is no such entry. */
  get(account: string): Promise<Result<Secret | undefined, KeyringFailure>>;
  /** Replaces an existing entry. */
  set(account: string, value: Secret): Promise<Result<undefined, KeyringFailure>>;
  /** False if there was no such entry. */
  remove(account: string): Promise<Result<boolean, KeyringFailure>>;
}
