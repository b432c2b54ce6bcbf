import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { removeUnusedAnchorEntry } from '../anchor/anchor.ts';
import { syncAnchor } from '../anchor/generations.ts';
import { readSecrets } from '../file/file-store.ts';
import { newContentKey } from '../file/secrets-file.ts';
import type { DataKey } from '../slots/data-key.ts';
import { keyringSlotIds, requiresBoth, slotsOf } from '../slots/slot.ts';
import { openNextKey } from '../slots/next-key.ts';
import { encodeSlots, SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { applicationKey } from './application-key.ts';
import { headersOf, JOURNAL_FILE, readJournal, removeJournal, writeJournal } from './journal.ts';
import { loadSalt, removeSalts, storeSalt } from './keyring-salt.ts';
import { makeKeyringSlot } from './make-slot.ts';
import {
  commitStagedSecrets,
  readStagedSecrets,
  removeStagedSecrets,
  stageSecrets,
} from './next-secrets.ts';
import { loadKeyringPart } from './open-data-key.ts';
import {
  planRekey,
  prepareRekey,
  type Change,
  type RekeyJournal,
  type RekeyOptions,
} from './plan-rekey.ts';
import { readRecords } from './read-records.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface Rekeyed {
  readonly header: SlotsHeader;
  readonly dataKey: DataKey;
  readonly recoveryCode: Secret;
}

/**
 * Gives the vault a new data key. The journal is written first and contains both headers and the new
 * key, encrypted with the old one. So every slot, old or new, leads to all data until `confirmRekey`
 * destroys the old key.
 */
export async function rekey(
  outer: VaultContext,
  keys: VaultKeys,
  options: RekeyOptions,
): Promise<Result<Rekeyed, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readVerifiedSlots(context, keys.dataKey);
    if (!header.ok) return header;
    const prepared = await prepareRekey(context, header.value, options);
    if (!prepared.ok) return prepared;
    const current = await syncAnchor(context, keys.dataKey);
    if (!current.ok) return current;
    options.onProgress?.({ step: 'slots' });
    const plan = planRekey(context, keys, current.value.header, prepared.value);
    const change = { ...plan.change, onProgress: options.onProgress };
    const started = await writeJournal(context, change.journal);
    if (!started.ok) return started;
    const done = await applyRekey(context, change);
    if (done.ok)
      return ok({ header: done.value, dataKey: change.next, recoveryCode: plan.recoveryCode });
    await rollBack(context, change);
    return done;
  });
}

/** All steps, including the switch to the new header. Each can be repeated after an interruption. */
async function applyRekey(
  context: VaultContext,
  initial: Change,
): Promise<Result<SlotsHeader, VaultFailure>> {
  const ensured = await ensureKeyringEntries(context, initial);
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
    const rekeyed = await database.rekey(from, to);
    if (!rekeyed.ok) return refused(purpose, rekeyed.failure.reason);
    change.rekeyedDatabases.add(purpose);
  }
  change.onProgress?.({ step: 'switch' });
  const bytes = Buffer.from(change.journal.newHeader, 'utf8');
  const path = join(context.directory, SLOTS_FILE);
  const switched = await writeAtomically(context.disk, path, bytes, context.randomness);
  if (!switched.ok) return switched;
  const placed = await commitStagedSecrets(context);
  if (!placed.ok) return placed;
  const followed = await syncAnchor(context, change.next);
  return followed.ok ? ok(header) : followed;
}

/** Stores what the new header needs in the keyring. */
async function ensureKeyringEntries(
  context: VaultContext,
  initial: Change,
): Promise<Result<{ readonly change: Change; readonly header: SlotsHeader }, VaultFailure>> {
  const ensured = await ensureKeyringSlot(context, initial);
  if (!ensured.ok) return ensured;
  const { change, header } = ensured.value;
  const stored = await ensureKeyringPart(context, change, header);
  return stored.ok ? ensured : stored;
}

/**
 * Stores what the keyring adds to the passphrase. If the process was killed before it was stored, only a new passphrase
 * slot could have another one, which needs the passphrase; so the rekey fails and is rolled back.
 */
async function ensureKeyringPart(
  context: VaultContext,
  { keyringPart }: Change,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  const [slot] = slotsOf(header, 'keyring-passphrase');
  if (slot === undefined) return ok();
  if (keyringPart === undefined) {
    const stored = await loadKeyringPart(context, header, slot.id);
    return stored.ok ? ok() : stored;
  }
  const { slotId, secret } = keyringPart;
  return await storeSalt(context.keyring, header.vaultId, slotId, secret);
}

/**
 * Adds a keyring slot to the new header if the old one has one, unless the keyring alone doesn't open the vault any more. The journal is written before the
 * keyring entry, so that the entry can be removed again.
 */
async function ensureKeyringSlot(
  context: VaultContext,
  change: Change,
): Promise<Result<{ readonly change: Change; readonly header: SlotsHeader }, VaultFailure>> {
  const headers = headersOf(context, change.journal);
  if (!headers.ok) return headers;
  const { oldHeader, newHeader } = headers.value;
  if (slotsOf(oldHeader, 'keyring').length === 0 || requiresBoth(newHeader)) {
    return ok({ change, header: newHeader });
  }
  const { keyring } = context;
  const [known] = slotsOf(newHeader, 'keyring');
  const salt = known ? await loadSalt(keyring, newHeader.vaultId, known.id) : ok(undefined);
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

/** Stages the secrets file for the new key, with the content key of an earlier attempt if there is one. */
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
 * Returns to the old key: first the databases, then everything else. Succeeds if the old key opens
 * everything again, even if the journal is still there; until it is removed, slots can't be changed.
 */
async function rollBack(
  context: VaultContext,
  { old, next, rekeyedDatabases }: Change,
): Promise<Result<undefined, VaultFailure>> {
  const header = await readVerifiedSlots(context, old);
  if (!header.ok) return header;
  for (const database of context.databases) {
    const { purpose } = database;
    if (!rekeyedDatabases.has(purpose)) continue;
    const [from, to] = [applicationKey(next, purpose), applicationKey(old, purpose)];
    const back = await database.rekey(from, to);
    if (!back.ok) return refused(purpose, back.failure.reason);
  }
  // Read it again: it may contain a keyring slot that was added after it was first written.
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value?.operation === 'rekey') await discardNewHeader(context, journal.value);
  return ok();
}

/**
 * Discards the new header. If its keyring entries can't be removed now, a `slots` journal replaces this
 * one, so that the rekey isn't resumed: resuming it would undo later changes of slots.
 */
async function discardNewHeader(
  context: VaultContext,
  journal: RekeyJournal,
): Promise<Result<undefined, VaultFailure>> {
  const headers = headersOf(context, journal);
  if (!headers.ok) return headers;
  const { newHeader } = headers.value;
  const discarded = await discardHeader(context, newHeader);
  if (discarded.ok) return discarded;
  const { vaultId } = journal;
  const slotIds = [...keyringSlotIds(newHeader)];
  return await writeJournal(context, { version: 1, operation: 'slots', vaultId, slotIds });
}

/** Removes the journal and the keyring entries of one of the two headers, and so destroys its key. */
async function discardHeader(
  context: VaultContext,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  const removed = await removeStagedSecrets(context);
  if (!removed.ok) return removed;
  const gone = keyringSlotIds(header);
  const forgotten = await removeSalts(context.keyring, header.vaultId, gone);
  return forgotten.ok ? await removeJournal(context) : forgotten;
}

export interface ResumedRekey {
  readonly header: SlotsHeader;
  readonly dataKey: DataKey;
}

/**
 * Resumes a rekey that was interrupted before the switch. If that fails, rolls it back, so that one key
 * opens everything. The caller holds the lock and has opened the old key.
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
  const switched = await readVerifiedSlots(context, next);
  // Another process has completed it.
  if (switched.ok) return ok({ header: switched.value, dataKey: next });
  const rekeyedDatabases = new Set(context.databases.map(({ purpose }) => purpose));
  const unknown = { contentKey: undefined, keyringPart: undefined, onProgress: undefined };
  const change = { journal, old, next, ...unknown, rekeyedDatabases };
  const done = await applyRekey(context, change);
  if (done.ok) return ok({ header: done.value, dataKey: next });
  const back = await rollBack(context, change);
  if (!back.ok) return done;
  const header = await readVerifiedSlots(context, old);
  return header.ok ? ok({ header: header.value, dataKey: old }) : header;
}

/** Opens the new key in the journal with the old one. */
export function nextKeyOf(journal: RekeyJournal, old: DataKey): DataKey | undefined {
  return openNextKey(journal.newKey, old, journal.newDataKeyId);
}

/**
 * Destroys the old key, after opening every secret and database with the new one. Call it in another
 * process than the one that made the change.
 */
export async function confirmRekey(
  outer: VaultContext,
  dataKey: DataKey,
  journal: RekeyJournal,
): Promise<Result<undefined, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readVerifiedSlots(context, dataKey);
    if (!header.ok) return header;
    const records = await readRecords(storeOf(context, header.value.storage, dataKey));
    if (!records.ok) return records;
    for (const database of context.databases) {
      const { purpose } = database;
      const opened = await database.verify(applicationKey(dataKey, purpose));
      if (!opened.ok) return refused(purpose, opened.failure.reason);
    }
    const headers = headersOf(context, journal);
    if (!headers.ok) return headers;
    return await forgetOldKey(context, headers.value.oldHeader, header.value);
  });
}

/** Removes what only the old header uses from the keyring, then the journal with the old key. */
async function forgetOldKey(
  context: VaultContext,
  oldHeader: SlotsHeader,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  const wasAnchored = keyringSlotIds(oldHeader).length > 0;
  const anchor = wasAnchored ? await removeUnusedAnchorEntry(context, header) : ok();
  const discarded = anchor.ok ? await discardHeader(context, oldHeader) : anchor;
  if (discarded.ok || discarded.failure.reason !== 'keyring-unavailable') return discarded;
  // The keyring may be gone for good, which is why the vault no longer requires it. What is left there opens nothing.
  const isGivenUp = requiresBoth(oldHeader) && keyringSlotIds(header).length === 0;
  return isGivenUp ? await removeJournal(context) : discarded;
}

function refused(purpose: string, cause: string): Result<never, VaultFailure> {
  return failed({ reason: 'database-refused', purpose, cause });
}
