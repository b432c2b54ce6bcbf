import { join } from 'node:path';
import { type Disk, nodeDisk } from '@postern/disk';
import { type Result, type Secret } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { findRollback } from '../anchor/generations.ts';
import { KDF_COSTS, type KdfCosts } from '../kdf-costs.ts';
import { fetchKeptKey, type KeptPurpose } from '../keyring/kept-key.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import { keyringStore } from '../keyring/keyring-store.ts';
import type { SecretStore } from '../secret-store.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { JOURNAL_FILE, MAX_JOURNAL_BYTES } from './journal.ts';
import { readSlots } from '../slots/read-slots.ts';

/** What can be read of a vault in the keyring without its data key. */
export interface ReadOnlyKeyringVault {
  readonly id: VaultId;
  readonly get: SecretStore['get'];
  /** What `keepLastingKey` left; undefined where it was never called. */
  keptKey(purpose: KeptPurpose): Promise<Result<Secret | undefined, VaultFailure>>;
}

export interface OpenKeyringOptions {
  readonly dataDir: string;
  /** A keyring for each call: two of them can be asked at the same time. */
  readonly keyring: () => KeyringPort;
  readonly disk?: Disk;
  readonly kdfCosts?: KdfCosts;
}

/**
 * The vault of a directory for reading alone, where its secrets are in the keyring and no operation
 * waits to be completed; undefined otherwise, and then `openVault` is the way. The secrets of the
 * keyring are protected by the keyring, not by the data key, which takes a quarter of a second to
 * derive; nothing that is under the data key can be had here. The header is read but not proven:
 * one that was tampered with leads to entries that are not there.
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
    keptKey: async (purpose) => await fetchKeptKey(keyring(), vaultId, purpose),
  };
}
