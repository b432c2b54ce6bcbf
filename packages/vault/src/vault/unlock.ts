import { isDeepStrictEqual } from 'node:util';
import { failed, ok, type Result } from '@postern/kernel';
import { acceptGenerations, findRollback, checkGenerations } from '../anchor/generations.ts';
import { openStableKey } from '../slots/stable-key.ts';
import { passphraseSlotOf, slotsOf, type Slot } from '../slots/slot.ts';
import { decodeSlots, SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { UnverifiedSlots } from '../slots/slots-file.ts';
import { wipeKeys, type VaultKeys } from '../slots/vault-keys.ts';
import type { DataKey } from '../slots/data-key.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { repairPassphraseRecipient } from './change-slots.ts';
import { JOURNAL_FILE, readJournal, type Journal, type JournalOf } from './journal.ts';
import { openDataKey, type UnlockMethod } from './open-data-key.ts';
import { readSlots } from '../slots/read-slots.ts';
import { nextKeyOf, resumeRekey } from './rekey.ts';
import { recoverWithKey } from './recover.ts';
import { withLockHeld, type VaultContext } from './vault-context.ts';

export interface UnlockOptions {
  /** Accepts older files as the newest, because the user put them back on purpose. */
  readonly acceptRollback?: boolean;
}

export interface UnlockedVault {
  readonly header: SlotsHeader;
  readonly keys: VaultKeys;
}

/**
 * Opens the vault's keys and completes an interrupted operation; if the vault is open read-only, fails
 * with `unfinished` instead. A wrong passphrase or code changes nothing on disk or in the keyring.
 */
export async function unlockVault(
  context: VaultContext,
  method: UnlockMethod,
  { acceptRollback = false }: UnlockOptions = {},
): Promise<Result<UnlockedVault, VaultFailure>> {
  const newest = acceptRollback ? ok() : await findRollback(context);
  // Other failures are reported when the files are read below.
  if (!newest.ok && newest.failure.reason === 'rolled-back') return newest;
  const opened = await openKeys(context, method);
  if (!opened.ok) return opened;
  const { keys } = opened.value;
  const recovered = await recoverWithKey(context, keys);
  const current = recovered.ok ? await newestHeader(context, keys, acceptRollback) : recovered;
  if (current.ok) return ok({ header: current.value, keys });
  wipeKeys(keys);
  return current;
}

async function openKeys(
  context: VaultContext,
  method: UnlockMethod,
): Promise<Result<UnlockedVault, VaultFailure>> {
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value === undefined) return failed({ reason: 'vault-absent' });
  const journal = await readPendingJournal(context);
  if (!journal.ok) return journal;
  const opened = await (journal.value?.operation === 'rekey'
    ? openDuringRekey(context, slots.value, journal.value, method)
    : openWithSlots(context, slots.value, method));
  if (!opened.ok) return opened;
  const { header, dataKey } = opened.value;
  const stableKey = openStableKey(header.stableKey, dataKey);
  if (stableKey === undefined) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'altered' });
  }
  return ok({ header, keys: { dataKey, stableKey } });
}

async function newestHeader(
  context: VaultContext,
  { dataKey }: VaultKeys,
  acceptRollback: boolean,
): Promise<Result<SlotsHeader, VaultFailure>> {
  if (!acceptRollback) return await checkGenerations(context, dataKey);
  const accepted = await context.lock.hold(() => acceptGenerations(context, dataKey));
  return accepted.ok ? ok(accepted.value.header) : accepted;
}

/** The journal. Fails with `unfinished` if unlocking must complete the operation but is read-only. */
async function readPendingJournal(
  context: VaultContext,
): Promise<Result<Journal | undefined, VaultFailure>> {
  const journal = await readJournal(context);
  if (!journal.ok || !context.isReadOnly) return journal;
  const operation = journal.value?.operation;
  return operation === 'rekey' || operation === 'restore'
    ? failed({ reason: 'unfinished', operation })
    : journal;
}

interface Opened {
  readonly header: SlotsHeader;
  readonly dataKey: DataKey;
}

async function openWithSlots(
  context: VaultContext,
  slots: UnverifiedSlots,
  method: UnlockMethod,
): Promise<Result<Opened, VaultFailure>> {
  const opened = await openDataKey(context, slots, method);
  if (!opened.ok) return opened;
  const { dataKey, slot } = opened.value;
  const { header } = slots;
  const isInFile = slot.kind === 'passphrase' && header.storage === 'file';
  if (method.with === 'passphrase' && isInFile && !context.isReadOnly) {
    // If this fails, the vault is open anyway, and the next unlock tries again.
    const { passphrase } = method;
    await repairPassphraseRecipient(context, dataKey, { slotId: slot.id, passphrase });
  }
  return ok({ header, dataKey });
}

/**
 * During a rekey, the slots of both headers lead to the current key. A slot of the old header does so
 * only if the new slots that the same method opens haven't been replaced or removed.
 */
async function openDuringRekey(
  context: VaultContext,
  slots: UnverifiedSlots,
  journal: JournalOf<'rekey'>,
  method: UnlockMethod,
): Promise<Result<Opened, VaultFailure>> {
  const switched = slots.header.dataKeyId === journal.newDataKeyId;
  if (!switched) {
    const old = await openDataKey(context, slots, method);
    if (!old.ok) return old;
    const { dataKey } = old.value;
    return await context.lock.hold(() => resumeRekey(withLockHeld(context), dataKey, journal));
  }
  const opened = await openWithSlots(context, slots, method);
  if (opened.ok) return opened;
  const [oldSlots, newSlots] = [journal.oldHeader, journal.newHeader].map((text) =>
    decodeSlots(Buffer.from(text, 'utf8'), context.kdfCosts),
  );
  if (oldSlots?.ok !== true || newSlots?.ok !== true) {
    return failed({ ...DAMAGED_JOURNAL, damage: 'malformed' });
  }
  if (!haveSameSlots(slots.header, newSlots.value.header, method.with)) return opened;
  const old = await openDataKey(context, oldSlots.value, method);
  if (!old.ok) return opened;
  const dataKey = nextKeyOf(journal, old.value.dataKey);
  if (dataKey === undefined || !slots.isVerifiedBy(dataKey)) {
    return failed({ ...DAMAGED_JOURNAL, damage: 'altered' });
  }
  return ok({ header: slots.header, dataKey });
}

/** Whether the method opens the same slots of both headers. */
function haveSameSlots(now: SlotsHeader, then: SlotsHeader, method: UnlockMethod['with']): boolean {
  return isDeepStrictEqual(slotsOpenedBy(now, method), slotsOpenedBy(then, method));
}

function slotsOpenedBy(
  header: SlotsHeader,
  method: UnlockMethod['with'],
): readonly (Slot | undefined)[] {
  return method === 'passphrase' ? [passphraseSlotOf(header)] : slotsOf(header, method);
}

const DAMAGED_JOURNAL = { reason: 'vault-damaged', file: JOURNAL_FILE } as const;
