import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { expectOk, failed, ok, type Result, type Secret } from '@postern/kernel';
import { forgetAnchorEntry } from '../anchor/anchor.ts';
import { settleGenerations } from '../anchor/generations.ts';
import { readSecrets } from '../file/file-store.ts';
import { findPassphrase, type SlotPassphrase } from '../file/recipients.ts';
import { newContentKey, SECRETS_FILE, sealSecrets } from '../file/secrets-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { recordsToWire } from '../record-wire.ts';
import { newRecoveryCode, parseRecoveryCode } from '../recovery-code.ts';
import type { DataKey } from '../slots/data-key.ts';
import type { Slot } from '../slots/slot.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { expectNoJournal, readJournal, removeJournal, writeJournal } from './journal.ts';
import type { JournalOf } from './journal.ts';
import { forgetSalts, storeSalt } from './keyring-salt.ts';
import { makeKeyringSlot, makePassphraseSlot, makeRecoverySlot } from './make-slot.ts';
import { expectPassphrase, slotsOf } from './open-data-key.ts';
import { readProvenSlots, writeSlots } from '../slots/read-slots.ts';
import type { VaultContext } from './vault-context.ts';

/** Every change gives the header as it is now. */
export type ChangedSlots = Promise<Result<SlotsHeader, VaultFailure>>;

/** Adds the passphrase slot; there is at most one. */
export async function addPassphrase(
  context: VaultContext,
  dataKey: DataKey,
  passphrase: Secret,
): ChangedSlots {
  const fit = checkPassphrase(passphrase);
  if (!fit.ok) return fit;
  return await changeSlots(context, dataKey, async (header) => {
    if (slotsOf(header, 'passphrase').length > 0) {
      return failed({ reason: 'slot-exists', kind: 'passphrase' });
    }
    return await withPassphrase(context, dataKey, header, passphrase);
  });
}

/** Replaces the passphrase slot. With `current`, only where that is the passphrase now. */
export async function changePassphrase(
  context: VaultContext,
  dataKey: DataKey,
  next: Secret,
  current: Secret | undefined,
): ChangedSlots {
  const fit = checkPassphrase(next);
  if (!fit.ok) return fit;
  return await changeSlots(context, dataKey, async (header) => {
    const [slot] = slotsOf(header, 'passphrase');
    if (slot === undefined) return failed({ reason: 'slot-missing', kind: 'passphrase' });
    const known = current === undefined ? ok() : await expectPassphrase(header, slot, current);
    if (!known.ok) return known;
    return await withPassphrase(context, dataKey, header, next);
  });
}

/** Replaces the recovery slot by one with a new code, which is in the answer and nowhere else. */
export async function replaceRecoveryCode(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<{ readonly header: SlotsHeader; readonly recoveryCode: Secret }, VaultFailure>> {
  const recoveryCode = newRecoveryCode(context.randomness);
  const slot = makeRecoverySlot(context, dataKey, expectOk(parseRecoveryCode(recoveryCode)));
  const changed = await changeSlots(context, dataKey, (header) =>
    Promise.resolve(ok([...withoutKind(header, 'recovery'), slot])),
  );
  return changed.ok ? ok({ header: changed.value, recoveryCode }) : changed;
}

/** Adds a slot for this machine's keyring in the place of any that there is. */
export async function replaceKeyringSlot(context: VaultContext, dataKey: DataKey): ChangedSlots {
  const { slot, salt } = await makeKeyringSlot(context, dataKey);
  return await changeSlots(context, dataKey, async (header) => {
    const ids = [slot.id, ...slotsOf(header, 'keyring').map(({ id }) => id)];
    const begun = await beginSlots(context, header, ids);
    if (!begun.ok) return begun;
    const stored = await storeSalt(context.keyring, header.vaultId, slot.id, salt);
    return stored.ok ? ok([slot, ...withoutKind(header, 'keyring')]) : stored;
  });
}

/** Removes one slot, never the last. */
export async function removeSlot(
  context: VaultContext,
  dataKey: DataKey,
  slotId: string,
): ChangedSlots {
  return await changeSlots(context, dataKey, async (header) => {
    const slot = header.slots.find(({ id }) => id === slotId);
    const left = header.slots.filter(({ id }) => id !== slotId);
    if (slot === undefined) return failed({ reason: 'slot-missing', kind: slotId });
    if (left.length === 0) return failed({ reason: 'last-slot' });
    const prepared = await prepareRemoval(context, dataKey, header, slot);
    return prepared.ok ? ok(left) : prepared;
  });
}

async function prepareRemoval(
  context: VaultContext,
  dataKey: DataKey,
  header: SlotsHeader,
  slot: Slot,
): Promise<Result<undefined, VaultFailure>> {
  switch (slot.kind) {
    case 'passphrase':
      return await renewRecipients(context, dataKey, header, undefined);
    case 'keyring':
      return await beginSlots(context, header, [slot.id]);
    case 'recovery':
      return ok();
  }
}

async function beginSlots(
  context: VaultContext,
  { vaultId }: SlotsHeader,
  slotIds: readonly string[],
): Promise<Result<undefined, VaultFailure>> {
  const settled = await expectNoJournal(context);
  if (!settled.ok) return settled;
  return await writeJournal(context, {
    version: 1,
    operation: 'slots',
    vaultId,
    slotIds: [...slotIds],
  });
}

/** Removes the keyring entries of slots that came to nothing or are gone. The caller holds the lock. */
export async function settleSlots(
  context: VaultContext,
  header: SlotsHeader,
  { slotIds }: JournalOf<'slots'>,
): Promise<Result<undefined, VaultFailure>> {
  const gone = slotIds.filter((slotId) => header.slots.every(({ id }) => id !== slotId));
  const forgotten = await forgetSalts(context.keyring, header.vaultId, gone);
  if (!forgotten.ok) return forgotten;
  const anchor = await forgetAnchorEntry(context, header);
  return anchor.ok ? await removeJournal(context) : anchor;
}

/**
 * Makes the file of secrets open with the passphrase that the slots know, where a process was
 * killed between writing the one and the other. The caller knows the passphrase to be right.
 */
export async function healPassphraseRecipient(
  context: VaultContext,
  dataKey: DataKey,
  { slotId, passphrase }: SlotPassphrase,
): Promise<Result<undefined, VaultFailure>> {
  const opened = await readSecrets({ ...context, dataKey });
  if (!opened.ok) return opened;
  if (findPassphrase(opened.value.contentKey.recipients)?.header.kid === slotId) return ok();
  return await context.lock.hold(async () => {
    const current = await settleGenerations(context, dataKey);
    if (!current.ok) return current;
    const { header } = current.value;
    if (header.slots.every(({ id }) => id !== slotId)) return ok();
    const renewed = await renewRecipients(context, dataKey, header, { slotId, passphrase });
    if (!renewed.ok) return renewed;
    const followed = await settleGenerations(context, dataKey);
    return followed.ok ? ok() : followed;
  });
}

async function changeSlots(
  context: VaultContext,
  dataKey: DataKey,
  change: (header: SlotsHeader) => Promise<Result<readonly Slot[], VaultFailure>>,
): ChangedSlots {
  return await context.lock.hold(async () => {
    const header = await readProvenSlots(context, dataKey);
    if (!header.ok) return header;
    const lasting = await expectNoNextKey(context, header.value);
    if (!lasting.ok) return lasting;
    const current = await settleGenerations(context, dataKey);
    if (!current.ok) return current;
    const changed = await writeChange(context, dataKey, current.value.header, change);
    // What the header now says decides which entries go; what cannot go now, goes at the next start.
    const now = await readProvenSlots(context, dataKey);
    const journal = await readJournal(context);
    if (now.ok && journal.ok && journal.value?.operation === 'slots') {
      await settleSlots(context, now.value, journal.value);
    }
    return changed;
  });
}

/** Whoever goes on with a change of the data key puts a header in force that was made before. */
async function expectNoNextKey(
  context: VaultContext,
  { dataKeyId }: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value?.operation !== 'rekey' || journal.value.newDataKeyId === dataKeyId) return ok();
  return failed({ reason: 'unfinished', operation: 'rekey' });
}

async function writeChange(
  context: VaultContext,
  dataKey: DataKey,
  header: SlotsHeader,
  change: (header: SlotsHeader) => Promise<Result<readonly Slot[], VaultFailure>>,
): ChangedSlots {
  const slots = await change(header);
  if (!slots.ok) return slots;
  const changed = { ...header, generation: header.generation + 1, slots: slots.value };
  const written = await writeSlots(context, changed, dataKey);
  if (!written.ok) return written;
  // It heals the anchor of the secrets too, which were written before.
  const followed = await settleGenerations(context, dataKey);
  return followed.ok ? ok(changed) : followed;
}

async function withPassphrase(
  context: VaultContext,
  dataKey: DataKey,
  header: SlotsHeader,
  passphrase: Secret,
): Promise<Result<readonly Slot[], VaultFailure>> {
  const slot = await makePassphraseSlot(context, dataKey, passphrase);
  const sealed = await renewRecipients(context, dataKey, header, { slotId: slot.id, passphrase });
  return sealed.ok ? ok([...withoutKind(header, 'passphrase'), slot]) : sealed;
}

/** Gives the file of secrets, where the vault has one, a fresh content key for new recipients. */
async function renewRecipients(
  context: VaultContext,
  dataKey: DataKey,
  { storage }: SlotsHeader,
  passphrase: SlotPassphrase | undefined,
): Promise<Result<undefined, VaultFailure>> {
  if (storage !== 'file') return ok();
  const opened = await readSecrets({ ...context, dataKey });
  if (!opened.ok) return opened;
  const secrets = recordsToWire(opened.value.secrets.values());
  if (!secrets.ok) return secrets;
  const { disk, directory, randomness } = context;
  const contentKey = await newContentKey(dataKey, passphrase, context);
  const generation = opened.value.generation + 1;
  const bytes = await sealSecrets(dataKey, contentKey, secrets.value, generation);
  return await writeAtomically(disk, join(directory, SECRETS_FILE), bytes, randomness);
}

function withoutKind({ slots }: SlotsHeader, kind: Slot['kind']): readonly Slot[] {
  return slots.filter((slot) => slot.kind !== kind);
}
