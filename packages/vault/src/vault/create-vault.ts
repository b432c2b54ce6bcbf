import { join } from 'node:path';
import { expectOk, failed, ok, sortableId, type Result, type Secret } from '@postern/kernel';
import { vaultId, type VaultId } from '@postern/protocol';
import { removeTemporaries, writeAtomically } from '../disk/write-atomically.ts';
import { newContentKey, SECRETS_FILE, sealSecrets } from '../file/secrets-file.ts';
import { indexAccount, slotAccount } from '../keyring/keyring-entries.ts';
import { writeIndex } from '../keyring/keyring-index.ts';
import { checkPassphrase } from '../passphrase.ts';
import { newRecoveryCode, parseRecoveryCode } from '../recovery-code.ts';
import { newDataKey, type DataKey } from '../slots/data-key.ts';
import type { Slot } from '../slots/slot.ts';
import { SLOTS_FILE, type SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import { readJournal, removeJournal, writeJournal, type Journal } from './journal.ts';
import { storeSalt } from './keyring-salt.ts';
import { makeKeyringSlot, makePassphraseSlot, makeRecoverySlot } from './make-slot.ts';
import { readSlots, writeSlots } from './read-slots.ts';
import type { VaultContext } from './vault-context.ts';

export interface VaultChoice {
  readonly storage: VaultStorage;
  /** Needed for file storage; one more way to open with keyring storage. */
  readonly passphrase?: Secret;
}

export interface CreatedVault {
  readonly header: SlotsHeader;
  readonly dataKey: DataKey;
  readonly recoveryCode: Secret;
}

/**
 * Makes a vault. Its last step is `slots.json`: a process killed before that leaves no vault, only
 * pieces that the journal names and that the next creation clears away.
 */
export async function createVault(
  context: VaultContext,
  choice: VaultChoice,
): Promise<Result<CreatedVault, VaultFailure>> {
  const fit = checkChoice(choice);
  if (!fit.ok) return fit;
  const directory = await context.disk.makeDirectory(context.directory);
  if (!directory.ok) return directory;
  return await context.lock.hold(async () => {
    const cleared = await clearTheWay(context);
    if (!cleared.ok) return cleared;
    const draft = await draftVault(context, choice);
    const journal = journalOf(draft);
    const begun = await writeJournal(context, journal);
    if (!begun.ok) return begun;
    const made = await makePieces(context, choice, draft);
    if (!made.ok) {
      // The header first: with it gone, what is left is pieces again.
      const undone = await context.disk.remove(join(context.directory, SLOTS_FILE));
      if (undone.ok) await clearPieces(context, journal);
      return made;
    }
    const finished = await removeJournal(context);
    if (!finished.ok) return finished;
    const { header, dataKey, recoveryCode } = draft;
    return ok({ header, dataKey, recoveryCode });
  });
}

function checkChoice({ storage, passphrase }: VaultChoice): Result<undefined, VaultFailure> {
  if (passphrase !== undefined) return checkPassphrase(passphrase);
  return storage === 'file' ? failed({ reason: 'passphrase-needed' }) : ok();
}

interface Draft extends CreatedVault {
  readonly keyring: { readonly slotId: string; readonly salt: Uint8Array } | undefined;
  readonly passphraseSlotId: string | undefined;
}

async function draftVault(context: VaultContext, choice: VaultChoice): Promise<Draft> {
  const { clock, randomness } = context;
  const createdAtMs = clock.nowMs();
  const id = vaultId.from(sortableId(createdAtMs, randomness));
  const dataKey = newDataKey(id, randomness);
  const recoveryCode = newRecoveryCode(randomness);
  const keyring =
    choice.storage === 'keyring' ? await makeKeyringSlot(context, dataKey) : undefined;
  const passphrase = choice.passphrase
    ? await makePassphraseSlot(context, dataKey, choice.passphrase)
    : undefined;
  const recovery = makeRecoverySlot(context, dataKey, expectOk(parseRecoveryCode(recoveryCode)));
  const slots: readonly (Slot | undefined)[] = [keyring?.slot, passphrase, recovery];
  return {
    dataKey,
    recoveryCode,
    header: {
      vaultId: id,
      dataKeyId: dataKey.id,
      storage: choice.storage,
      createdAtMs,
      slots: slots.filter((slot) => slot !== undefined),
    },
    keyring: keyring && { slotId: keyring.slot.id, salt: keyring.salt },
    passphraseSlotId: passphrase?.id,
  };
}

function journalOf({ header, keyring }: Draft): Journal {
  const keyringSlotId = keyring?.slotId ?? null;
  return { version: 1, operation: 'create', vaultId: header.vaultId, keyringSlotId };
}

async function makePieces(
  context: VaultContext,
  choice: VaultChoice,
  draft: Draft,
): Promise<Result<undefined, VaultFailure>> {
  const { header, dataKey, keyring } = draft;
  if (keyring !== undefined) {
    const salted = await storeSalt(context.keyring, header.vaultId, keyring.slotId, keyring.salt);
    if (!salted.ok) return salted;
    const indexed = await writeIndex(context.keyring, header.vaultId, new Map());
    if (!indexed.ok) return indexed;
  }
  if (choice.storage === 'file') {
    const sealed = await writeEmptySecrets(context, choice, draft);
    if (!sealed.ok) return sealed;
  }
  return await writeSlots(context, header, dataKey);
}

async function writeEmptySecrets(
  { disk, directory, randomness }: VaultContext,
  { passphrase }: VaultChoice,
  { dataKey, passphraseSlotId: slotId }: Draft,
): Promise<Result<undefined, VaultFailure>> {
  const slot = passphrase && slotId !== undefined ? { slotId, passphrase } : undefined;
  const contentKey = await newContentKey(dataKey, slot, randomness);
  const bytes = await sealSecrets(dataKey, contentKey, new Map());
  return await writeAtomically(disk, join(directory, SECRETS_FILE), bytes, randomness);
}

/** Nothing that existed is overwritten but what the journal says was never a vault. */
async function clearTheWay(context: VaultContext): Promise<Result<undefined, VaultFailure>> {
  const slots = await readSlots(context);
  if (!slots.ok) return slots;
  if (slots.value !== undefined) return failed({ reason: 'vault-exists' });
  const journal = await readJournal(context);
  if (!journal.ok) return journal;
  if (journal.value !== undefined) return await clearPieces(context, journal.value);
  const names = await context.disk.list(context.directory);
  if (!names.ok) return names;
  if (names.value.includes(SECRETS_FILE)) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'missing' });
  }
  const cleaned = await removeTemporaries(context.disk, context.directory);
  return cleaned.ok ? ok() : cleaned;
}

async function clearPieces(
  context: VaultContext,
  { vaultId: id, keyringSlotId }: Journal,
): Promise<Result<undefined, VaultFailure>> {
  const { disk, directory, keyring } = context;
  if (keyringSlotId !== null) await forgetEntries(keyring, id, keyringSlotId);
  const removed = await disk.remove(join(directory, SECRETS_FILE));
  if (!removed.ok) return removed;
  const cleaned = await removeTemporaries(disk, directory);
  return cleaned.ok ? await removeJournal(context) : cleaned;
}

/** As well as it goes: entries of a vault that never was open nothing. */
async function forgetEntries(
  keyring: VaultContext['keyring'],
  id: VaultId,
  slotId: string,
): Promise<void> {
  await keyring.remove(slotAccount(id, slotId));
  await keyring.remove(indexAccount(id));
}
