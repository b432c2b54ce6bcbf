import { failed, type Result, type Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import {
  describeVaultFailure,
  type SecretInfo,
  type SecretRecord,
  type Vault,
  type VaultFailure,
} from '@postern/vault';
import type { Described } from '../failure/described.ts';

/**
 * A vault that is open, here or in a running process that holds it. Commands use this, so that the
 * second one does not ask for the passphrase again.
 */
export interface OpenVault {
  readonly storage: 'keyring' | 'file';
  get(name: SecretName): Promise<Result<SecretRecord | undefined, Described>>;
  put(record: SecretRecord): Promise<Result<undefined, Described>>;
  remove(name: SecretName): Promise<Result<boolean, Described>>;
  list(): Promise<Result<readonly SecretInfo[], Described>>;
  /** 64 hexadecimal digits: a key for one purpose, derived from the data key. */
  deriveKey(purpose: string): Promise<Result<Secret, Described>>;
  /** The same of what outlives every change of the data key: for MACs and keyed hashes alone. */
  deriveLastingKey(purpose: string): Promise<Result<Secret, Described>>;
}

/** The vault that this process unlocked itself. */
export function openVaultHere(vault: Vault): OpenVault {
  return {
    storage: vault.storage ?? 'file',
    get: async (name) => spoken(await vault.secrets.get(name)),
    put: async (record) => spoken(await vault.secrets.put(record)),
    remove: async (name) => spoken(await vault.secrets.remove(name)),
    list: async () => spoken(await vault.secrets.list()),
    deriveKey: async (purpose) => await Promise.resolve(spoken(vault.deriveKey(purpose))),
    deriveLastingKey: async (purpose) =>
      await Promise.resolve(spoken(vault.deriveLastingKey(purpose))),
  };
}

function spoken<T>(result: Result<T, VaultFailure>): Result<T, Described> {
  return result.ok ? result : failed(describeVaultFailure(result.failure));
}
