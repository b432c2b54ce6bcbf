import { join } from 'node:path';
import { type Disk, nodeDisk } from '@postern/disk';
import { failed, ok, Secret, type Clock, type Randomness, type Result } from '@postern/kernel';
import { ANCHOR_FILE } from '../anchor/anchor-file.ts';
import { KDF_COSTS, type KdfCosts } from '../kdf-costs.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { SECRETS_FILE } from '../file/secrets-file.ts';
import { readSlots } from '../slots/read-slots.ts';
import { SLOTS_FILE } from '../slots/slots-file.ts';
import { readJournal } from './journal.ts';
import { settleWithoutKey } from './settle.ts';
import type { KeyedDatabase } from './keyed-database.ts';
import type { VaultContext } from './vault-context.ts';
import { Vault } from './vault.ts';
import { vaultLock } from '../vault-lock.ts';

export interface VaultOptions {
  /** The directory of the vault's files. Need not exist; nothing is made before `create`. */
  readonly dataDir: string;
  /** What this machine is called by its operating system; half of the keyring slot's key. */
  readonly machineId: Secret | string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly keyring: KeyringPort;
  /** Other costs than Postern's own, of which a file that demands less is refused. */
  readonly kdfCosts?: KdfCosts;
  /** Another file system than this machine's. */
  readonly disk?: Disk;
  /** The databases whose keys it derives: a change of the data key is a change of theirs. */
  readonly databases?: readonly KeyedDatabase[];
  /**
   * Leaves everything as it is: what a killed process left is neither completed nor undone, and where
   * unlocking would have to do that, it fails (`unfinished`).
   */
  readonly isReadOnly?: boolean;
}

const LOCK_FILE = 'vault.lock';

/**
 * Reads the vault's header, after completing or undoing what a killed process left, unless it is
 * opened read-only. A vault that is not there is `absent`, one that is damaged a failure; nothing is asked of the person.
 */
export async function openVault(options: VaultOptions): Promise<Result<Vault, VaultFailure>> {
  const context = contextOf(options);
  // What cannot be settled now, for want of a keyring or on a read-only disk, stays in the journal.
  if (!context.isReadOnly) await settleWithoutKey(context);
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value !== undefined) return ok(new Vault(context, slots.value.header));
  const isLost = await isHeaderLost(context);
  if (!isLost.ok) return isLost;
  // Again: another process may have made the vault meanwhile.
  const again = await readSlots(context);
  if (!again.ok) return again;
  if (again.value === undefined && isLost.value) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'missing' });
  }
  return ok(new Vault(context, again.value?.header));
}

/** Whether there are secrets or an anchor that no vault was being made with. Every vault has an anchor, whatever its storage. */
async function isHeaderLost(context: VaultContext): Promise<Result<boolean, VaultFailure>> {
  const names = await context.disk.list(context.directory);
  if (!names.ok) return names;
  const isLeft = names.value.some((name) => name === SECRETS_FILE || name === ANCHOR_FILE);
  if (!isLeft) return ok(false);
  const journal = await readJournal(context);
  return journal.ok ? ok(journal.value?.operation !== 'create') : journal;
}

/** The world of a vault, by the options it is opened with. */
export function contextOf(options: VaultOptions): VaultContext {
  const { dataDir: directory, disk = nodeDisk, clock, randomness, keyring, machineId } = options;
  const { databases = [], isReadOnly = false, kdfCosts = KDF_COSTS } = options;
  return {
    directory,
    disk,
    lock: vaultLock(join(directory, LOCK_FILE), clock),
    clock,
    randomness,
    kdfCosts,
    keyring,
    databases,
    isReadOnly,
    machineId: typeof machineId === 'string' ? Secret.of(machineId) : machineId,
  };
}
