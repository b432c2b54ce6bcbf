import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { updateAnchor } from '../anchor/anchor.ts';
import { syncAnchor, type Current } from '../anchor/generations.ts';
import { newContentKey, SECRETS_FILE, sealSecrets } from '../file/secrets-file.ts';
import { probeKeyring } from '../keyring/probe-keyring.ts';
import { checkPassphrase } from '../passphrase.ts';
import { recordsToWire } from '../record-wire.ts';
import type { SecretRecord } from '../secret-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import { keyringSlotIds, slotsOf, type Slot, type SlotOf } from '../slots/slot.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import type { VaultId } from '@postern/protocol';
import { emptyKeyring, fillKeyring } from './fill-keyring.ts';
import { expectNoJournal, removeJournal, writeJournal, type JournalOf } from './journal.ts';
import { removeSalts, storeSalt } from './keyring-salt.ts';
import { makeKeyringSlot, makePassphraseSlot } from './make-slot.ts';
import { expectPassphrase } from './open-data-key.ts';
import { expectRecords, readRecords } from './read-records.ts';
import { readVerifiedSlots, readSlots, writeSlots } from '../slots/read-slots.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface Migration {
  readonly to: VaultStorage;
  /** Required for `file`: the vault's passphrase, or a new one if it has none. */
  readonly passphrase?: Secret;
  /** Whether to remove the source after switching to the copy. */
  readonly removeSource: boolean;
  /** Only reports what would be done. */
  readonly dryRun?: boolean;
}

export interface MigrationReport {
  readonly from: VaultStorage;
  readonly to: VaultStorage;
  /** The names of the secrets that were, or would be, copied. */
  readonly copied: readonly string[];
  /** The removed keyring accounts or file. Empty in a dry run. */
  readonly removed: readonly string[];
}

export interface Migrated {
  readonly header: SlotsHeader;
  readonly report: MigrationReport;
}

/**
 * Moves the secrets to the other storage: copies them, verifies the copy, and switches to it by writing
 * the header. Values are never anywhere but in the keyring and the encrypted file.
 */
export async function migrate(
  outer: VaultContext,
  dataKey: DataKey,
  migration: Migration,
): Promise<Result<Migrated, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readVerifiedSlots(context, dataKey);
    if (!header.ok) return header;
    const ready = await checkMigration(context, header.value, migration);
    if (!ready.ok) return ready;
    const { storage: from } = header.value;
    const records = await readRecords(storeOf(context, from, dataKey));
    if (!records.ok) return records;
    const copied = records.value.map(({ name }) => name);
    const report = { from, to: migration.to, copied, removed: [] };
    if (migration.dryRun === true) return ok({ header: header.value, report });
    const current = await syncAnchor(context, dataKey);
    if (!current.ok) return current;
    const plan = await planMigration(context, dataKey, current.value, migration);
    const started = await writeJournal(context, plan.journal);
    if (!started.ok) return started;
    const copy = await makeCopy(context, dataKey, plan, records.value);
    if (!copy.ok) {
      // The write of the header may have failed after the switch, so read which storage is current.
      const slots = await readSlots(context);
      if (slots.ok && slots.value !== undefined) {
        await finishMigration(context, plan.journal, slots.value.header.storage);
      }
      return copy;
    }
    const removed = await finishMigration(context, plan.journal, migration.to);
    if (!removed.ok) return removed;
    return ok({ header: plan.header, report: { ...report, removed: removed.value } });
  });
}

/** Checks, before anything is written, whether the migration is possible. */
async function checkMigration(
  context: VaultContext,
  header: SlotsHeader,
  { to, passphrase }: Migration,
): Promise<Result<undefined, VaultFailure>> {
  if (to === header.storage) return failed({ reason: 'same-storage', storage: to });
  const free = await expectNoJournal(context);
  if (!free.ok) return free;
  if (to === 'keyring') {
    const probe = await probeKeyring(context.keyring, context.randomness);
    return probe.available ? ok() : failed(probe.failure);
  }
  if (passphrase === undefined) return failed({ reason: 'passphrase-needed' });
  const [slot] = slotsOf(header, 'passphrase');
  return slot === undefined
    ? checkPassphrase(passphrase)
    : await expectPassphrase(context, header, passphrase);
}

interface Plan {
  readonly journal: JournalOf<'migrate'>;
  /** The header after the switch. */
  readonly header: SlotsHeader;
  readonly salt: { readonly slotId: string; readonly bytes: Uint8Array } | undefined;
  readonly passphrase: { readonly slotId: string; readonly passphrase: Secret } | undefined;
  /** The generation of the secrets file after the switch. */
  readonly secretsGeneration: number;
}

async function planMigration(
  context: VaultContext,
  dataKey: DataKey,
  { header: before, record }: Current,
  migration: Migration,
): Promise<Plan> {
  const towardsKeyring = migration.to === 'keyring';
  const keyring = towardsKeyring ? await makeKeyringSlot(context, dataKey) : undefined;
  const passphrase = towardsKeyring
    ? undefined
    : await passphraseSlot(context, dataKey, before, migration.passphrase);
  const dropsKeyring = towardsKeyring || migration.removeSource;
  const inKeyring = keyringSlotIds(before);
  const kept = before.slots.filter(
    ({ id }) => !(dropsKeyring && inKeyring.includes(id)) && id !== passphrase?.slot.id,
  );
  const slots: readonly (Slot | undefined)[] = [keyring?.slot, ...kept, passphrase?.slot];
  return {
    header: {
      ...before,
      generation: before.generation + 1,
      storage: migration.to,
      slots: slots.filter((slot) => slot !== undefined),
    },
    salt: keyring && { slotId: keyring.slot.id, bytes: keyring.salt },
    passphrase: passphrase && { slotId: passphrase.slot.id, passphrase: passphrase.passphrase },
    secretsGeneration: record.secrets + (towardsKeyring ? 0 : 1),
    journal: {
      version: 1,
      vaultId: before.vaultId,
      operation: 'migrate',
      from: before.storage,
      to: migration.to,
      removeSource: migration.removeSource,
      newSlotIds: keyring === undefined ? [] : [keyring.slot.id],
      oldSlotIds: dropsKeyring ? [...inKeyring] : [],
    },
  };
}

async function passphraseSlot(
  context: VaultContext,
  dataKey: DataKey,
  header: SlotsHeader,
  passphrase: Secret | undefined,
): Promise<{ slot: SlotOf<'passphrase'>; passphrase: Secret } | undefined> {
  if (passphrase === undefined) return undefined;
  const [existing] = slotsOf(header, 'passphrase');
  const slot = existing ?? (await makePassphraseSlot(context, dataKey, passphrase));
  return { slot, passphrase };
}

async function makeCopy(
  context: VaultContext,
  dataKey: DataKey,
  { header, salt, passphrase, secretsGeneration }: Plan,
  records: readonly SecretRecord[],
): Promise<Result<undefined, VaultFailure>> {
  const { keyring, disk, directory, randomness } = context;
  if (header.storage === 'keyring') {
    const filled = await fillKeyring(keyring, header.vaultId, records);
    if (!filled.ok) return filled;
    const salted = salt && (await storeSalt(keyring, header.vaultId, salt.slotId, salt.bytes));
    if (salted?.ok === false) return salted;
  } else {
    const wires = recordsToWire(records);
    if (!wires.ok) return wires;
    const contentKey = await newContentKey(dataKey, passphrase, context);
    const bytes = await sealSecrets(dataKey, contentKey, wires.value, secretsGeneration);
    const written = await writeAtomically(disk, join(directory, SECRETS_FILE), bytes, randomness);
    if (!written.ok) return written;
  }
  const same = await expectRecords(storeOf(context, header.storage, dataKey), records);
  if (!same.ok) return same;
  const written = await writeSlots(context, header, dataKey);
  if (!written.ok) return written;
  const changed = { slots: header.generation, secrets: secretsGeneration };
  const followed = await updateAnchor(context, header, dataKey, changed);
  return followed.ok ? ok() : followed;
}

/**
 * Finishes a migration. If the source is still the current storage, undoes the copy; otherwise removes
 * the source if that was requested. Returns what it removed of the source.
 */
export async function finishMigration(
  context: VaultContext,
  journal: JournalOf<'migrate'>,
  inForce: VaultStorage,
): Promise<Result<readonly string[], VaultFailure>> {
  const { vaultId, from, to, removeSource, newSlotIds, oldSlotIds } = journal;
  const undone = inForce === from;
  const gone = await (undone || removeSource
    ? dropStorage(context, vaultId, undone ? to : from, undone ? newSlotIds : oldSlotIds)
    : removeSalts(context.keyring, vaultId, oldSlotIds));
  if (!gone.ok) return gone;
  const closed = await removeJournal(context);
  if (!closed.ok) return closed;
  return ok(undone ? [] : gone.value);
}

async function dropStorage(
  { keyring, disk, directory }: VaultContext,
  vaultId: VaultId,
  storage: VaultStorage,
  slotIds: readonly string[],
): Promise<Result<readonly string[], VaultFailure>> {
  if (storage === 'keyring') return await emptyKeyring(keyring, vaultId, slotIds);
  const removed = await disk.remove(join(directory, SECRETS_FILE));
  if (!removed.ok) return removed;
  const synced = await disk.syncDirectory(directory);
  if (!synced.ok) return synced;
  const forgotten = await removeSalts(keyring, vaultId, slotIds);
  return forgotten.ok ? ok(removed.value ? [SECRETS_FILE] : []) : forgotten;
}
