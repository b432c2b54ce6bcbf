import { join } from 'node:path';
import { type Disk, nodeDisk } from '@postern/disk';
import { type Result, type Secret } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { findRollback } from '../anchor/generations.ts';
import { KDF_COSTS, type KdfCosts } from '../kdf-costs.ts';
import { loadStableKey, type StableKeyPurpose } from '../keyring/stable-key-entry.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import { keyringStore } from '../keyring/keyring-store.ts';
import type { SecretStore } from '../secret-store.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { JOURNAL_FILE, MAX_JOURNAL_BYTES } from './journal.ts';
import { readSlots } from '../slots/read-slots.ts';

/** The parts of a vault with keyring storage that can be read without its data key. */
export interface ReadOnlyKeyringVault {
  readonly id: VaultId;
  readonly get: SecretStore['get'];
  /** The key that `storeStableKey` stored; undefined if it was never called. */
  stableKey(purpose: StableKeyPurpose): Promise<Result<Secret | undefined, VaultFailure>>;
}

export interface OpenKeyringOptions {
  readonly dataDir: string;
  /** Called for each request, because one keyring object handles one request at a time. */
  readonly keyring: () => KeyringPort;
  readonly disk?: Disk;
  readonly kdfCosts?: KdfCosts;
}

/**
 * Opens a vault with keyring storage for reading, without its data key: deriving that takes a quarter of
 * a second, and secrets in the keyring aren't encrypted with it. Returns undefined with file storage, or
 * if an operation is unfinished; use `openVault` then. The header isn't verified: an altered one leads
 * to keyring entries that don't exist.
 */
export async function openKeyringReadOnly(
  options: OpenKeyringOptions,
): Promise<ReadOnlyKeyringVault | undefined> {
  const { dataDir: directory, disk = nodeDisk, keyring, kdfCosts = KDF_COSTS } = options;
  const journal = await disk.read(join(directory, JOURNAL_FILE), MAX_JOURNAL_BYTES);
  if (!journal.ok || journal.value !== undefined) return undefined;
  const slots = await readSlots({ disk, directory, kdfCosts });
  if (!slots.ok || slots.value?.header.storage !== 'keyring') return undefined;
  if (!(await findRollback({ disk, directory, kdfCosts })).ok) return undefined;
  const { vaultId } = slots.value.header;
  return {
    id: vaultId,
    get: async (name) => {
      const store = keyringStore({ vaultId, keyring: keyring(), lock: { hold: (work) => work() } });
      return await store.get(name);
    },
    stableKey: async (purpose) => await loadStableKey(keyring(), vaultId, purpose),
  };
}
