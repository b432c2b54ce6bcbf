import { join } from 'node:path';
import { ok, Secret, type Clock, type Randomness, type Result } from '@postern/kernel';
import type { Disk } from '../disk/disk.ts';
import { nodeDisk } from '../disk/node-disk.ts';
import { fileLock } from '../disk/vault-lock.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { readJournal, removeJournal } from './journal.ts';
import { readSlots } from './read-slots.ts';
import type { VaultContext } from './vault-context.ts';
import { Vault } from './vault.ts';

export interface VaultOptions {
  /** The directory of the vault's files. Need not exist; nothing is made before `create`. */
  readonly dataDir: string;
  /** What this machine is called by its operating system; half of the keyring slot's key. */
  readonly machineId: Secret | string;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly keyring: KeyringPort;
  /** Another file system than this machine's. */
  readonly disk?: Disk;
}

const LOCK_FILE = 'vault.lock';

/**
 * Reads the vault's header. A vault that is not there is `absent`, one that is damaged a failure;
 * neither asks for a passphrase or touches the keyring.
 */
export async function openVault(options: VaultOptions): Promise<Result<Vault, VaultFailure>> {
  const context = contextOf(options);
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value !== undefined) {
    const closed = await closeCreation(context);
    if (!closed.ok) return closed;
  }
  return ok(new Vault(context, slots.value?.header));
}

function contextOf(options: VaultOptions): VaultContext {
  const { dataDir: directory, disk = nodeDisk, clock, randomness, keyring, machineId } = options;
  return {
    directory,
    disk,
    lock: fileLock(join(directory, LOCK_FILE), clock),
    clock,
    randomness,
    keyring,
    machineId: typeof machineId === 'string' ? Secret.of(machineId) : machineId,
  };
}

/** A creation that was killed after its last step: its journal must not outlive it. */
async function closeCreation(context: VaultContext): Promise<Result<undefined, VaultFailure>> {
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value === undefined) return ok();
  return await context.lock.hold(() => removeJournal(context));
}
