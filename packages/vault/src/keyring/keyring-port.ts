import type { Result, Secret } from '@postern/kernel';

/**
 * Why the keyring gave no answer. An entry that is not there is an answer, not a failure.
 */
export type KeyringFailure =
  | { readonly reason: 'keyring-unavailable'; readonly cause: KeyringAbsence }
  | { readonly reason: 'keyring-locked' }
  | { readonly reason: 'keyring-denied' };

export type KeyringAbsence =
  /** No session bus, or no keyring at all on this system. */
  | 'no-bus'
  /** A bus, but nothing on it that keeps secrets. */
  | 'no-service'
  /** A service without a collection to put anything in. */
  | 'no-collection'
  /** It went away, or did not answer in time. */
  | 'no-answer'
  /** It takes an entry and does not give it back. */
  | 'not-keeping'
  /** Anything else that its library says. */
  | 'unknown';

/** Entries of the person's keyring under one service name. */
export interface KeyringPort {
  /** Undefined where the keyring says that there is no such entry. */
  get(account: string): Promise<Result<Secret | undefined, KeyringFailure>>;
  /** Replaces what was there. */
  set(account: string, value: Secret): Promise<Result<undefined, KeyringFailure>>;
  /** False where there was no such entry. */
  remove(account: string): Promise<Result<boolean, KeyringFailure>>;
}
