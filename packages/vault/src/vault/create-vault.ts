import { join } from 'node:path';
import { removeTemporaries, writeAtomically } from '@postern/disk';
import { expectOk, failed, ok, sortableId, type Result, type Secret } from '@postern/kernel';
import { vaultId } from '@postern/protocol';
import { ANCHOR_FILE } from '../anchor/anchor-file.ts';
import { writeAnchor } from '../anchor/anchor.ts';
import { newContentKey, SECRETS_FILE, sealSecrets } from '../file/secrets-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { newRecoveryCode, parseRecoveryCode } from '../recovery-code.ts';
import { recordsToWire } from '../record-wire.ts';
import type { SecretRecord } from '../secret-store.ts';
import type { Slot } from '../slots/slot.ts';
import { SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import { newVaultKeys, type VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import { applicationKey } from './application-key.ts';
import { emptyKeyring, fillKeyring } from './fill-keyring.ts';
import { readJournal, removeJournal, writeJournal, type JournalOf } from './journal.ts';
import { storeSalt } from './keyring-salt.ts';
import { makeKeyringSlot, makePassphraseSlot, makeRecoverySlot } from './make-slot.ts';
import { expectRecords } from './read-records.ts';
import { readSlots, writeSlots } from '../slots/read-slots.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface VaultChoice {
  readonly storage: VaultStorage;
  /** Required for file storage; optional with keyring storage. */
  readonly passphrase?: Secret;
}

/** The initial content of a vault: only new keys, or everything from a backup. */
export interface VaultSeed {
  readonly keys: VaultKeys;
  readonly records: readonly SecretRecord[];
  /** The generation of the new files, higher than any that a vault with this id had before. */
  readonly generation: number;
}

export interface CreatedVault {
  readonly header: SlotsHeader;
  readonly keys: VaultKeys;
  readonly recoveryCode: Secret;
}

/**
 * Creates a vault. `slots.json` is written last: if the process is killed before that, there is no
 * vault, and the next creation removes the leftovers that the journal lists.
 */
export async function createVault(
  outer: VaultContext,
  choice: VaultChoice,
  seed: VaultSeed | undefined,
): Promise<Result<CreatedVault, VaultFailure>> {
  const fit = checkChoice(choice);
  if (!fit.ok) return fit;
  const directory = await outer.disk.makeDirectory(outer.directory);
  if (!directory.ok) return directory;
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const cleared = await prepareDirectory(context);
    if (!cleared.ok) return cleared;
    const unused = seed === undefined ? await expectNoDatabase(context) : ok();
    if (!unused.ok) return unused;
    const draft = await draftVault(context, choice, seed ?? freshSeed(context));
    const started = await writeJournal(context, draft.journal);
    if (!started.ok) return started;
    const made = await writeVaultFiles(context, draft);
    if (!made.ok) {
      // Remove the header first: without it, the other files are leftovers.
      const undone = await context.disk.remove(join(context.directory, SLOTS_FILE));
      if (undone.ok) await removeLeftovers(context, draft.journal);
      return made;
    }
    const finished = await removeJournal(context);
    if (!finished.ok) return finished;
    return ok({ header: draft.header, keys: draft.seed.keys, recoveryCode: draft.recoveryCode });
  });
}

function checkChoice({ storage, passphrase }: VaultChoice): Result<undefined, VaultFailure> {
  if (passphrase !== undefined) return checkPassphrase(passphrase);
  return storage === 'file' ? failed({ reason: 'passphrase-needed' }) : ok();
}

function freshSeed({ clock, randomness }: VaultContext): VaultSeed {
  const id = vaultId.from(sortableId(clock.nowMs(), randomness));
  return { keys: newVaultKeys(id, randomness), records: [], generation: 1 };
}

interface Draft {
  readonly header: SlotsHeader;
  readonly seed: VaultSeed;
  readonly recoveryCode: Secret;
  readonly salt: { readonly slotId: string; readonly bytes: Uint8Array } | undefined;
  readonly passphrase: { readonly slotId: string; readonly passphrase: Secret } | undefined;
  readonly journal: JournalOf<'create'>;
}

async function draftVault(
  context: VaultContext,
  { storage, passphrase }: VaultChoice,
  seed: VaultSeed,
): Promise<Draft> {
  const { clock, randomness } = context;
  const { dataKey, stableKey } = seed.keys;
  const recoveryCode = newRecoveryCode(randomness);
  const keyring = storage === 'keyring' ? await makeKeyringSlot(context, dataKey) : undefined;
  const known = passphrase && {
    slot: await makePassphraseSlot(context, dataKey, passphrase),
    passphrase,
  };
  const recovery = makeRecoverySlot(context, dataKey, expectOk(parseRecoveryCode(recoveryCode)));
  const slots: readonly (Slot | undefined)[] = [keyring?.slot, known?.slot, recovery];
  return {
    seed,
    recoveryCode,
    header: {
      generation: seed.generation,
      vaultId: dataKey.vaultId,
      dataKeyId: dataKey.id,
      storage,
      createdAtMs: clock.nowMs(),
      slots: slots.filter((slot) => slot !== undefined),
      stableKey: stableKey.seal(dataKey, randomness),
    },
    salt: keyring && { slotId: keyring.slot.id, bytes: keyring.salt },
    passphrase: known && { slotId: known.slot.id, passphrase: known.passphrase },
    journal: {
      version: 1,
      operation: 'create',
      vaultId: dataKey.vaultId,
      keyringSlotId: keyring?.slot.id ?? null,
    },
  };
}

async function writeVaultFiles(
  context: VaultContext,
  { header, seed, salt, passphrase }: Draft,
): Promise<Result<undefined, VaultFailure>> {
  const { keyring, disk, directory, randomness } = context;
  const { dataKey } = seed.keys;
  if (header.storage === 'keyring') {
    const salted = salt && (await storeSalt(keyring, header.vaultId, salt.slotId, salt.bytes));
    if (salted?.ok === false) return salted;
    const filled = await fillKeyring(keyring, header.vaultId, seed.records);
    if (!filled.ok) return filled;
  } else {
    const wires = recordsToWire(seed.records);
    if (!wires.ok) return wires;
    const contentKey = await newContentKey(dataKey, passphrase, context);
    const bytes = await sealSecrets(dataKey, contentKey, wires.value, seed.generation);
    const written = await writeAtomically(disk, join(directory, SECRETS_FILE), bytes, randomness);
    if (!written.ok) return written;
  }
  const same = await expectRecords(storeOf(context, header.storage, dataKey), seed.records);
  if (!same.ok) return same;
  const { generation } = seed;
  const first = { revision: generation - 1, slots: generation, secrets: generation };
  const anchored = await writeAnchor(context, header, dataKey, { ...first, audit: undefined });
  return anchored.ok ? await writeSlots(context, header, dataKey) : anchored;
}

/** Removes the leftovers of an interrupted creation, and fails if there is anything else. */
async function prepareDirectory(context: VaultContext): Promise<Result<undefined, VaultFailure>> {
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value !== undefined) return failed({ reason: 'vault-exists' });
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value?.operation === 'create') return await removeLeftovers(context, journal.value);
  const names = await context.disk.list(context.directory);
  if (!names.ok) return names;
  const isLeft = names.value.some((name) => name === SECRETS_FILE || name === ANCHOR_FILE);
  if (isLeft || journal.value !== undefined) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'missing' });
  }
  const cleaned = await removeTemporaries(context.disk, context.directory);
  return cleaned.ok ? ok() : cleaned;
}

/**
 * Fails if a database exists: a new key can't open it, so it belongs to a vault whose directory was
 * removed, and which a backup can restore.
 */
async function expectNoDatabase(context: VaultContext): Promise<Result<undefined, VaultFailure>> {
  const { keys } = freshSeed(context);
  for (const database of context.databases) {
    const absent = await database.verify(applicationKey(keys.dataKey, database.purpose));
    if (!absent.ok) {
      return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'missing' });
    }
  }
  return ok();
}

async function removeLeftovers(
  { disk, directory, keyring, ...context }: VaultContext,
  { vaultId: id, keyringSlotId }: JournalOf<'create'>,
): Promise<Result<undefined, VaultFailure>> {
  // Failures are ignored: entries of a vault that was never created are harmless.
  if (keyringSlotId !== null) await emptyKeyring(keyring, id, [keyringSlotId]);
  for (const file of [ANCHOR_FILE, SECRETS_FILE]) {
    const removed = await disk.remove(join(directory, file));
    if (!removed.ok) return removed;
  }
  const cleaned = await removeTemporaries(disk, directory);
  return cleaned.ok ? await removeJournal({ ...context, disk, directory, keyring }) : cleaned;
}
