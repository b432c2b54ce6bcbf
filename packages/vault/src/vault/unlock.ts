import { isDeepStrictEqual } from 'node:util';
import { failed, ok, type Result } from '@postern/kernel';
import { acceptGenerations, findRollback, meetGenerations } from '../anchor/generations.ts';
import { openLastingKey } from '../slots/lasting-key.ts';
import type { SlotKind } from '../slots/slot.ts';
import { decodeSlots, SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { UnverifiedSlots } from '../slots/slots-file.ts';
import { wipeKeys, type VaultKeys } from '../slots/vault-keys.ts';
import type { DataKey } from '../slots/data-key.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { healPassphraseRecipient } from './change-slots.ts';
import { JOURNAL_FILE, readJournal, type Journal, type JournalOf } from './journal.ts';
import { openDataKey, slotsOf, type UnlockWay } from './open-data-key.ts';
import { readSlots } from '../slots/read-slots.ts';
import { nextKeyOf, resumeRekey } from './rekey.ts';
import { settleWithKey } from './settle.ts';
import { withLockHeld, type VaultContext } from './vault-context.ts';

export interface UnlockOptions {
  /** Takes files that are older than the newest for the newest: somebody put them back on purpose. */
  readonly acceptRollback?: boolean;
}

export interface UnlockedVault {
  readonly header: SlotsHeader;
  readonly keys: VaultKeys;
}

/**
 * Opens the vault's keys and completes what a killed process left, or fails `unfinished` where the
 * vault is open read-only. A way that does not open the vault changes nothing, on disk or in
 * the keyring.
 */
export async function unlockVault(
  context: VaultContext,
  way: UnlockWay,
  { acceptRollback = false }: UnlockOptions = {},
): Promise<Result<UnlockedVault, VaultFailure>> {
  const newest = acceptRollback ? ok() : await findRollback(context);
  // What is damaged is told by what reads it below.
  if (!newest.ok && newest.failure.reason === 'rolled-back') return newest;
  const opened = await openKeys(context, way);
  if (!opened.ok) return opened;
  const { keys } = opened.value;
  const settled = await settleWithKey(context, keys);
  const current = settled.ok ? await newestHeader(context, keys, acceptRollback) : settled;
  if (current.ok) return ok({ header: current.value, keys });
  wipeKeys(keys);
  return current;
}

async function openKeys(
  context: VaultContext,
  way: UnlockWay,
): Promise<Result<UnlockedVault, VaultFailure>> {
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value === undefined) return failed({ reason: 'vault-absent' });
  const journal = await journalToMeet(context);
  if (!journal.ok) return journal;
  const opened = await (journal.value?.operation === 'rekey'
    ? openDuringRekey(context, slots.value, journal.value, way)
    : openPlainly(context, slots.value, way));
  if (!opened.ok) return opened;
  const { header, dataKey } = opened.value;
  const lasting = openLastingKey(header.lasting, dataKey);
  if (lasting === undefined) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'altered' });
  }
  return ok({ header, keys: { dataKey, lasting } });
}

async function newestHeader(
  context: VaultContext,
  { dataKey }: VaultKeys,
  acceptRollback: boolean,
): Promise<Result<SlotsHeader, VaultFailure>> {
  if (!acceptRollback) return await meetGenerations(context, dataKey);
  const accepted = await context.lock.hold(() => acceptGenerations(context, dataKey));
  return accepted.ok ? ok(accepted.value.header) : accepted;
}

/** What unlocking has to reckon with; a failure where it would have to complete it and is not to. */
async function journalToMeet(
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

async function openPlainly(
  context: VaultContext,
  slots: UnverifiedSlots,
  way: UnlockWay,
): Promise<Result<Opened, VaultFailure>> {
  const opened = await openDataKey(context, slots, way);
  if (!opened.ok) return opened;
  const { dataKey, slot } = opened.value;
  const { header } = slots;
  if (way.with === 'passphrase' && header.storage === 'file' && !context.isReadOnly) {
    // What cannot be healed now is healed at the next unlocking; it does not keep anybody out.
    const { passphrase } = way;
    await healPassphraseRecipient(context, dataKey, { slotId: slot.id, passphrase });
  }
  return ok({ header, dataKey });
}

/**
 * While the data key is being changed, the slots of either header lead to the key in force; those of
 * the old one only as long as nobody has replaced or removed what came into their place.
 */
async function openDuringRekey(
  context: VaultContext,
  slots: UnverifiedSlots,
  journal: JournalOf<'rekey'>,
  way: UnlockWay,
): Promise<Result<Opened, VaultFailure>> {
  const switched = slots.header.dataKeyId === journal.newDataKeyId;
  if (!switched) {
    const old = await openDataKey(context, slots, way);
    if (!old.ok) return old;
    const { dataKey } = old.value;
    return await context.lock.hold(() => resumeRekey(withLockHeld(context), dataKey, journal));
  }
  const opened = await openPlainly(context, slots, way);
  if (opened.ok) return opened;
  const [oldSlots, newSlots] = [journal.oldHeader, journal.newHeader].map((text) =>
    decodeSlots(Buffer.from(text, 'utf8'), context.kdfCosts),
  );
  if (oldSlots?.ok !== true || newSlots?.ok !== true) {
    return failed({ ...DAMAGED_JOURNAL, damage: 'malformed' });
  }
  if (!haveSameSlots(slots.header, newSlots.value.header, way.with)) return opened;
  const old = await openDataKey(context, oldSlots.value, way);
  if (!old.ok) return opened;
  const dataKey = nextKeyOf(journal, old.value.dataKey);
  if (dataKey === undefined || !slots.isProvenBy(dataKey)) {
    return failed({ ...DAMAGED_JOURNAL, damage: 'altered' });
  }
  return ok({ header: slots.header, dataKey });
}

/** Whether no slot of this kind has come or gone. */
function haveSameSlots(now: SlotsHeader, then: SlotsHeader, kind: SlotKind): boolean {
  const [ids, before] = [now, then].map((header) => slotsOf(header, kind).map(({ id }) => id));
  return isDeepStrictEqual(ids, before);
}

const DAMAGED_JOURNAL = { reason: 'vault-damaged', file: JOURNAL_FILE } as const;
