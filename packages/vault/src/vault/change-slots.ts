import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { expectOk, failed, ok, type Result, type Secret } from '@postern/kernel';
import { removeUnusedAnchorEntry } from '../anchor/anchor.ts';
import { syncAnchor } from '../anchor/generations.ts';
import { readSecrets } from '../file/file-store.ts';
import { findPassphrase, type SlotPassphrase } from '../file/recipients.ts';
import { newContentKey, SECRETS_FILE, sealSecrets } from '../file/secrets-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { recordsToWire } from '../record-wire.ts';
import { newRecoveryCode, parseRecoveryCode } from '../recovery-code.ts';
import type { DataKey } from '../slots/data-key.ts';
import {
  keyringSlotIds,
  passphraseSlotOf,
  requiresBoth,
  type Slot,
  type SlotKind,
} from '../slots/slot.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { expectNoJournal, readJournal, removeJournal, writeJournal } from './journal.ts';
import type { JournalOf } from './journal.ts';
import { removeSalts, storeSalt } from './keyring-salt.ts';
import {
  makeKeyringPassphraseSlot,
  makeKeyringSlot,
  makePassphraseSlot,
  makeRecoverySlot,
} from './make-slot.ts';
import { expectPassphrase, loadKeyringPart } from './open-data-key.ts';
import { readVerifiedSlots, writeSlots } from '../slots/read-slots.ts';
import type { VaultContext } from './vault-context.ts';

/** The changed header. */
export type ChangedSlots = Promise<Result<SlotsHeader, VaultFailure>>;

/** Adds the passphrase slot. A vault has at most one. */
export async function addPassphrase(
  context: VaultContext,
  dataKey: DataKey,
  passphrase: Secret,
): ChangedSlots {
  const fit = checkPassphrase(passphrase);
  if (!fit.ok) return fit;
  return await changeSlots(context, dataKey, async (header) => {
    const slot = passphraseSlotOf(header);
    if (slot !== undefined) return failed({ reason: 'slot-exists', kind: slot.kind });
    return await withPassphrase(context, dataKey, header, passphrase);
  });
}

export interface PassphraseChange {
  readonly next: Secret;
  readonly current?: Secret;
  readonly requireBoth?: false;
}

/**
 * Replaces the slot that needs the passphrase with one of the same kind, unless it isn't to require the keyring any more. Fails if
 * `current` is given and isn't the current passphrase.
 */
export async function changePassphrase(
  context: VaultContext,
  dataKey: DataKey,
  { next, current, requireBoth }: PassphraseChange,
): ChangedSlots {
  const fit = checkPassphrase(next);
  if (!fit.ok) return fit;
  return await changeSlots(context, dataKey, async (header) => {
    const slot = passphraseSlotOf(header);
    if (slot === undefined) return failed({ reason: 'slot-missing', kind: 'passphrase' });
    const correct = current === undefined ? ok() : await expectPassphrase(context, header, current);
    if (!correct.ok) return correct;
    if (slot.kind === 'passphrase' || requireBoth === false)
      return await withPassphrase(context, dataKey, header, next);
    // The keyring's part stays, and so does the id, which names its entry there.
    const secret = await loadKeyringPart(context, header, slot.id);
    if (!secret.ok) return secret;
    const part = { slotId: slot.id, secret: secret.value };
    const changed = await makeKeyringPassphraseSlot(context, dataKey, next, part);
    return ok([changed, ...withoutKind(header, slot.kind)]);
  });
}

/** Replaces the recovery slot. The new code is returned and not stored anywhere. */
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

/** Adds a slot for this machine's keyring, or replaces it. Fails if the vault also requires the passphrase. */
export async function replaceKeyringSlot(context: VaultContext, dataKey: DataKey): ChangedSlots {
  const { slot, salt } = await makeKeyringSlot(context, dataKey);
  return await changeSlots(context, dataKey, async (header) => {
    if (requiresBoth(header)) return failed({ reason: 'slot-exists', kind: 'keyring-passphrase' });
    const ids = [slot.id, ...keyringSlotIds(header)];
    const started = await startSlotChange(context, header, ids);
    if (!started.ok) return started;
    const stored = await storeSalt(context.keyring, header.vaultId, slot.id, salt);
    return stored.ok ? ok([slot, ...withoutKind(header, 'keyring')]) : stored;
  });
}

/** Removes a slot, but never the last one. */
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
    case 'keyring-passphrase':
      return await startSlotChange(context, header, [slot.id]);
    case 'recovery':
      return ok();
  }
}

async function startSlotChange(
  context: VaultContext,
  { vaultId }: SlotsHeader,
  slotIds: readonly string[],
): Promise<Result<undefined, VaultFailure>> {
  const free = await expectNoJournal(context);
  if (!free.ok) return free;
  return await writeJournal(context, {
    version: 1,
    operation: 'slots',
    vaultId,
    slotIds: [...slotIds],
  });
}

/** Removes the keyring entries of the journal's slots that aren't in the header. The caller holds the lock. */
export async function finishSlotChange(
  context: VaultContext,
  header: SlotsHeader,
  { slotIds }: JournalOf<'slots'>,
): Promise<Result<undefined, VaultFailure>> {
  const gone = slotIds.filter((slotId) => header.slots.every(({ id }) => id !== slotId));
  const forgotten = await removeSalts(context.keyring, header.vaultId, gone);
  if (!forgotten.ok) return forgotten;
  const anchor = await removeUnusedAnchorEntry(context, header);
  return anchor.ok ? await removeJournal(context) : anchor;
}

/**
 * Makes the secrets file open with the passphrase of the header again. They differ if a process was
 * killed between writing one and the other. The caller has verified the passphrase.
 */
export async function repairPassphraseRecipient(
  context: VaultContext,
  dataKey: DataKey,
  { slotId, passphrase }: SlotPassphrase,
): Promise<Result<undefined, VaultFailure>> {
  const opened = await readSecrets({ ...context, dataKey });
  if (!opened.ok) return opened;
  if (findPassphrase(opened.value.contentKey.recipients)?.header.kid === slotId) return ok();
  return await context.lock.hold(async () => {
    const current = await syncAnchor(context, dataKey);
    if (!current.ok) return current;
    const { header } = current.value;
    if (header.slots.every(({ id }) => id !== slotId)) return ok();
    const renewed = await renewRecipients(context, dataKey, header, { slotId, passphrase });
    if (!renewed.ok) return renewed;
    const followed = await syncAnchor(context, dataKey);
    return followed.ok ? ok() : followed;
  });
}

async function changeSlots(
  context: VaultContext,
  dataKey: DataKey,
  change: (header: SlotsHeader) => Promise<Result<readonly Slot[], VaultFailure>>,
): ChangedSlots {
  return await context.lock.hold(async () => {
    const header = await readVerifiedSlots(context, dataKey);
    if (!header.ok) return header;
    const idle = await expectNoRekey(context, header.value);
    if (!idle.ok) return idle;
    const current = await syncAnchor(context, dataKey);
    if (!current.ok) return current;
    const changed = await writeChange(context, dataKey, current.value.header, change);
    // Remove the entries of slots that aren't in the header. If that fails, the next start does it.
    const now = await readVerifiedSlots(context, dataKey);
    const journal = await readJournal(context);
    if (now.ok && journal.ok && journal.value?.operation === 'slots') {
      await finishSlotChange(context, now.value, journal.value);
    }
    return changed;
  });
}

/** During a rekey no slot may change: the rekey's header is written already and would undo the change. */
async function expectNoRekey(
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
  // Covers the secrets file too, which `change` may have written.
  const followed = await syncAnchor(context, dataKey);
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
  if (!sealed.ok) return sealed;
  const others = header.slots.filter(({ id }) => id !== passphraseSlotOf(header)?.id);
  return ok([...others, slot]);
}

/** With file storage, encrypts the secrets file under a new content key for new recipients. */
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

function withoutKind({ slots }: SlotsHeader, kind: SlotKind): readonly Slot[] {
  return slots.filter((slot) => slot.kind !== kind);
}
