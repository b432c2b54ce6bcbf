import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { settleGenerations } from '../anchor/generations.ts';
import { readSecrets } from '../file/file-store.ts';
import { newContentKey } from '../file/secrets-file.ts';
import type { DataKey } from '../slots/data-key.ts';
import { openNextKey } from '../slots/next-key.ts';
import { encodeSlots, SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { applicationKey } from './application-key.ts';
import { headersOf, JOURNAL_FILE, readJournal, removeJournal, writeJournal } from './journal.ts';
import { fetchSalt, forgetSalts, storeSalt } from './keyring-salt.ts';
import { makeKeyringSlot } from './make-slot.ts';
import { putStagedInPlace, readStagedSecrets, removeStaged, stageSecrets } from './next-secrets.ts';
import { slotsOf } from './open-data-key.ts';
import {
  planRekey,
  prepareRekey,
  type Change,
  type RekeyJournal,
  type RekeyOptions,
} from './plan-rekey.ts';
import { readRecords } from './read-records.ts';
import { readProvenSlots } from '../slots/read-slots.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface Rekeyed {
  readonly header: SlotsHeader;
  readonly dataKey: DataKey;
  readonly recoveryCode: Secret;
}

/**
 * Gives the vault a new data key and puts it in force. From its first line on the journal holds both
 * headers and the new key under the old one, so that whichever way opens the vault leads to
 * everything; `confirmRekey` destroys the old key.
 */
export async function rekey(
  outer: VaultContext,
  keys: VaultKeys,
  options: RekeyOptions,
): Promise<Result<Rekeyed, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readProvenSlots(context, keys.dataKey);
    if (!header.ok) return header;
    const prepared = await prepareRekey(context, header.value, options);
    if (!prepared.ok) return prepared;
    const current = await settleGenerations(context, keys.dataKey);
    if (!current.ok) return current;
    options.onProgress?.({ step: 'slots' });
    const plan = planRekey(context, keys, current.value.header, prepared.value);
    const change = { ...plan.change, onProgress: options.onProgress };
    const begun = await writeJournal(context, change.journal);
    if (!begun.ok) return begun;
    const done = await carryOut(context, change);
    if (done.ok)
      return ok({ header: done.value, dataKey: change.next, recoveryCode: plan.recoveryCode });
    await backOut(context, change);
    return done;
  });
}

/** The steps up to and with the switch. Each may be repeated after a kill. */
async function carryOut(
  context: VaultContext,
  begun: Change,
): Promise<Result<SlotsHeader, VaultFailure>> {
  const ensured = await ensureKeyringSlot(context, begun);
  if (!ensured.ok) return ensured;
  const { change, header } = ensured.value;
  if (header.storage === 'file') {
    change.onProgress?.({ step: 'secrets' });
    const staged = await restageSecrets(context, change);
    if (!staged.ok) return staged;
  }
  for (const database of context.databases) {
    const { purpose } = database;
    change.onProgress?.({ step: 'database', purpose });
    const [from, to] = [applicationKey(change.old, purpose), applicationKey(change.next, purpose)];
    const given = await database.rekey(from, to);
    if (!given.ok) return refused(purpose, given.failure.reason);
    change.given.add(purpose);
  }
  change.onProgress?.({ step: 'switch' });
  const bytes = Buffer.from(change.journal.newHeader, 'utf8');
  const path = join(context.directory, SLOTS_FILE);
  const switched = await writeAtomically(context.disk, path, bytes, context.randomness);
  if (!switched.ok) return switched;
  const placed = await putStagedInPlace(context);
  if (!placed.ok) return placed;
  const followed = await settleGenerations(context, change.next);
  return followed.ok ? ok(header) : followed;
}

/**
 * Where the vault had a keyring slot, the new header gets one whose salt is in the keyring. The journal
 * knows the slot before the keyring does, so that its entry can be removed again.
 */
async function ensureKeyringSlot(
  context: VaultContext,
  change: Change,
): Promise<Result<{ readonly change: Change; readonly header: SlotsHeader }, VaultFailure>> {
  const headers = headersOf(context, change.journal);
  if (!headers.ok) return headers;
  const { oldHeader, newHeader } = headers.value;
  if (slotsOf(oldHeader, 'keyring').length === 0) return ok({ change, header: newHeader });
  const { keyring } = context;
  const [known] = slotsOf(newHeader, 'keyring');
  const salt = known ? await fetchSalt(keyring, newHeader.vaultId, known.id) : ok(undefined);
  if (!salt.ok) return salt;
  if (salt.value !== undefined) return ok({ change, header: newHeader });
  const made = await makeKeyringSlot(context, change.next);
  const others = newHeader.slots.filter(({ kind }) => kind !== 'keyring');
  const header = { ...newHeader, slots: [made.slot, ...others] };
  const encoded = encodeSlots(header, change.next).toString('utf8');
  const journal = { ...change.journal, newHeader: encoded };
  const noted = await writeJournal(context, journal);
  if (!noted.ok) return noted;
  const stored = await storeSalt(keyring, header.vaultId, made.slot.id, made.salt);
  return stored.ok ? ok({ change: { ...change, journal }, header }) : stored;
}

/** The file of secrets under the new key; its content key outlives a kill together with its recipients. */
async function restageSecrets(
  context: VaultContext,
  { old, next, contentKey: made }: Change,
): Promise<Result<undefined, VaultFailure>> {
  const current = await readSecrets({ ...context, dataKey: old });
  if (!current.ok) return current;
  const staged = await readStagedSecrets(context, next);
  const contentKey =
    staged.ok && staged.value !== undefined
      ? staged.value.contentKey
      : (made ?? (await newContentKey(next, undefined, context)));
  const { secrets, generation } = current.value;
  return await stageSecrets(context, next, contentKey, secrets.values(), generation + 1);
}

/**
 * Goes back to the old key: databases first, then what was made for the new one. Success where the old
 * key is in force for everything; where the journal cannot be replaced now, it stays, and no slot is
 * changed until it is gone.
 */
async function backOut(
  context: VaultContext,
  { old, next, given }: Change,
): Promise<Result<undefined, VaultFailure>> {
  const header = await readProvenSlots(context, old);
  if (!header.ok) return header;
  for (const database of context.databases.filter(({ purpose }) => given.has(purpose))) {
    const { purpose } = database;
    const [from, to] = [applicationKey(next, purpose), applicationKey(old, purpose)];
    const back = await database.rekey(from, to);
    if (!back.ok) return refused(purpose, back.failure.reason);
  }
  // As it is now: it may know a keyring slot that was made since.
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value?.operation === 'rekey') await giveUp(context, journal.value);
  return ok();
}

/**
 * Forgets the new header. Keyring entries that cannot go now are left to a journal of their own, for
 * nobody is to go on with the change: the slots changed by then would be lost.
 */
async function giveUp(
  context: VaultContext,
  journal: RekeyJournal,
): Promise<Result<undefined, VaultFailure>> {
  const headers = headersOf(context, journal);
  if (!headers.ok) return headers;
  const { newHeader } = headers.value;
  const cleared = await clearAway(context, newHeader);
  if (cleared.ok) return cleared;
  const { vaultId } = journal;
  const slotIds = slotsOf(newHeader, 'keyring').map(({ id }) => id);
  return await writeJournal(context, { version: 1, operation: 'slots', vaultId, slotIds });
}

/** Forgets one of the two headers, and with it its key. */
async function clearAway(
  context: VaultContext,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  const removed = await removeStaged(context);
  if (!removed.ok) return removed;
  const gone = slotsOf(header, 'keyring').map(({ id }) => id);
  const forgotten = await forgetSalts(context.keyring, header.vaultId, gone);
  return forgotten.ok ? await removeJournal(context) : forgotten;
}

export interface ResumedRekey {
  readonly header: SlotsHeader;
  readonly dataKey: DataKey;
}

/**
 * Goes on with a change that was cut off before the switch, or back where it cannot: either way one
 * key is in force for everything. The caller holds the lock and has opened the old key.
 */
export async function resumeRekey(
  context: VaultContext,
  old: DataKey,
  journal: RekeyJournal,
): Promise<Result<ResumedRekey, VaultFailure>> {
  const next = nextKeyOf(journal, old);
  if (next === undefined) {
    return failed({ reason: 'vault-damaged', file: JOURNAL_FILE, damage: 'altered' });
  }
  const switched = await readProvenSlots(context, next);
  // Another process went on with it meanwhile.
  if (switched.ok) return ok({ header: switched.value, dataKey: next });
  const given = new Set(context.databases.map(({ purpose }) => purpose));
  const change = { journal, old, next, contentKey: undefined, onProgress: undefined, given };
  const done = await carryOut(context, change);
  if (done.ok) return ok({ header: done.value, dataKey: next });
  const back = await backOut(context, change);
  if (!back.ok) return done;
  const header = await readProvenSlots(context, old);
  return header.ok ? ok({ header: header.value, dataKey: old }) : header;
}

/** The new key by way of the old one, while the journal still has both. */
export function nextKeyOf(journal: RekeyJournal, old: DataKey): DataKey | undefined {
  return openNextKey(journal.newKey, old, journal.newDataKeyId);
}

/**
 * Destroys the old key, after opening everything with the new one: every secret and every database.
 * To be called in another process than the one that made the change.
 */
export async function confirmRekey(
  outer: VaultContext,
  dataKey: DataKey,
  journal: RekeyJournal,
): Promise<Result<undefined, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readProvenSlots(context, dataKey);
    if (!header.ok) return header;
    const records = await readRecords(storeOf(context, header.value.storage, dataKey));
    if (!records.ok) return records;
    for (const database of context.databases) {
      const { purpose } = database;
      const opened = await database.verify(applicationKey(dataKey, purpose));
      if (!opened.ok) return refused(purpose, opened.failure.reason);
    }
    const headers = headersOf(context, journal);
    return headers.ok ? await clearAway(context, headers.value.oldHeader) : headers;
  });
}

function refused(purpose: string, cause: string): Result<never, VaultFailure> {
  return failed({ reason: 'database-refused', purpose, cause });
}
