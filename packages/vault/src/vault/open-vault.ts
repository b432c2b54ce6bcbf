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
import { recoverWithoutKey } from './recover.ts';
import type { DatabaseRefusal, KeyedDatabase } from './keyed-database.ts';
import type { VaultContext } from './vault-context.ts';
import { Vault } from './vault.ts';
import { vaultLock } from '../vault-lock.ts';

export interface VaultOptions {
  /** The directory of the vault's files. Need not exist; nothing is made before `create`. */
  readonly dataDir: string;
  /** The operating system's id of this machine. The keyring slot's key is derived from it. */
  readonly machineId: Secret | string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly keyring: KeyringPort;
  /** The key derivation costs; Postern's own by default. A file with lower costs is refused. */
  readonly kdfCosts?: KdfCosts;
  /** The file system; this machine's by default. */
  readonly disk?: Disk;
  /** The databases whose keys are derived from the data key. A rekey of the vault rekeys them too. */
  readonly databases?: readonly KeyedDatabase[];
  /**
   * Moves the files that were staged for a restore into place. Called when the restore is certain, and again
   * after an interruption.
   */
  readonly placeRestored?: () => Promise<Result<undefined, DatabaseRefusal>>;
  /**
   * Doesn't complete or undo interrupted operations. If unlocking would have to, it fails with
   * `unfinished`.
   */
  readonly isReadOnly?: boolean;
}

const LOCK_FILE = 'vault.lock';

/**
 * Reads the vault's header, after completing or undoing an interrupted operation unless `isReadOnly` is
 * set. If there is no vault, the state is `absent`; a damaged vault is a failure. Never shows a prompt.
 */
export async function openVault(options: VaultOptions): Promise<Result<Vault, VaultFailure>> {
  const context = contextOf(options);
  // If it fails, for example because there is no keyring, the journal stays for the next time.
  if (!context.isReadOnly) await recoverWithoutKey(context);
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value !== undefined) return ok(new Vault(context, slots.value.header));
  const isLost = await isHeaderLost(context);
  if (!isLost.ok) return isLost;
  // Read it again, because another process may have created the vault in the meantime.
  const again = await readSlots(context);
  if (!again.ok) return again;
  if (again.value === undefined && isLost.value) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'missing' });
  }
  return ok(new Vault(context, again.value?.header));
}

/**
 * Whether there are secrets or an anchor, but not because a creation was interrupted: then the header
 * was removed. Every vault has an anchor, with either storage.
 */
async function isHeaderLost(context: VaultContext): Promise<Result<boolean, VaultFailure>> {
  const names = await context.disk.list(context.directory);
  if (!names.ok) return names;
  const isLeft = names.value.some((name) => name === SECRETS_FILE || name === ANCHOR_FILE);
  if (!isLeft) return ok(false);
  const journal = await readJournal(context);
  return journal.ok ? ok(journal.value?.operation !== 'create') : journal;
}

/** Builds the context of a vault. */
export function contextOf(options: VaultOptions): VaultContext {
  const { dataDir: directory, disk = nodeDisk, clock, randomness, keyring, machineId } = options;
  const { databases = [], isReadOnly = false, kdfCosts = KDF_COSTS } = options;
  const { placeRestored = () => Promise.resolve(ok()) } = options;
  return {
    directory,
    disk,
    lock: vaultLock(join(directory, LOCK_FILE), clock),
    clock,
    randomness,
    kdfCosts,
    keyring,
    databases,
    placeRestored,
    isReadOnly,
    machineId: typeof machineId === 'string' ? Secret.of(machineId) : machineId,
  };
}
