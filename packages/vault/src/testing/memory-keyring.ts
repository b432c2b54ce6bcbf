import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { KeyringFailure, KeyringPort } from '../keyring/keyring-port.ts';

/** A keyring in memory, for tests. */
export interface MemoryKeyring extends KeyringPort {
  readonly entries: Map<string, Secret>;
  /** While set, every call fails with it. */
  failure: KeyringFailure | undefined;
}

export function memoryKeyring(): MemoryKeyring {
  const entries = new Map<string, Secret>();
  const answer = <T>(value: () => T): Promise<Result<T, KeyringFailure>> =>
    Promise.resolve(keyring.failure === undefined ? ok(value()) : failed(keyring.failure));
  const keyring: MemoryKeyring = {
    entries,
    failure: undefined,
    get: (account) => answer(() => entries.get(account)),
    set: (account, value) => answer(() => void entries.set(account, value)),
    remove: (account) => answer(() => entries.delete(account)),
  };
  return keyring;
}
