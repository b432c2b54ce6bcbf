import type { Disk } from '@postern/disk';
import type { Clock, Randomness, Result, Secret } from '@postern/kernel';
import type { KdfCosts } from '../kdf-costs.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import type { SecretStore } from '../secret-store.ts';
import { fileStore, type StoreGenerations } from '../file/file-store.ts';
import { keyringStore } from '../keyring/keyring-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import type { VaultStorage } from '../vault-failure.ts';
import type { DatabaseRefusal, KeyedDatabase } from './keyed-database.ts';
import type { VaultLock } from '../vault-lock.ts';

/** The ports and settings that every operation on a vault needs. */
export interface VaultContext {
  readonly directory: string;
  readonly disk: Disk;
  readonly lock: VaultLock;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly kdfCosts: KdfCosts;
  readonly keyring: KeyringPort;
  readonly machineId: Secret;
  readonly databases: readonly KeyedDatabase[];
  /** As in `VaultOptions`. */
  readonly placeRestored: () => Promise<Result<undefined, DatabaseRefusal>>;
  /** Whether to leave interrupted operations as they are. */
  readonly isReadOnly: boolean;
}

/** The store of a vault's secrets. */
export function storeOf(
  context: VaultContext,
  storage: VaultStorage,
  dataKey: DataKey,
  generations?: StoreGenerations,
): SecretStore {
  const { directory, disk, lock, randomness, kdfCosts, keyring } = context;
  return storage === 'file'
    ? fileStore({
        directory,
        disk,
        lock,
        randomness,
        kdfCosts,
        dataKey,
        ...(generations && { generations }),
      })
    : keyringStore({ vaultId: dataKey.vaultId, keyring, lock });
}

/** The same context for work that runs while the lock is already held. */
export function withLockHeld(context: VaultContext): VaultContext {
  return { ...context, lock: { hold: (work) => work() } };
}
