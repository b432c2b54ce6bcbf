import { removeTemporaries, TEMPORARY } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { NEXT_SECRETS_FILE } from '../file/secrets-file.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { JOURNAL_FILE, readJournal, removeJournal, type Journal } from './journal.ts';
import { settleMigration } from './migrate.ts';
import { settleSlots } from './change-slots.ts';
import { putStagedInPlace, removeStaged } from './next-secrets.ts';
import { readSlots } from '../slots/read-slots.ts';
import { applyRestore } from './restore.ts';
import { withLockHeld, type VaultContext } from './vault-context.ts';

/**
 * Completes or undoes, as far as that takes no key, what a killed process left, and clears its
 * temporary files away. Where nothing was left it only lists the directory.
 */
export async function settleWithoutKey(
  outer: VaultContext,
): Promise<Result<undefined, VaultFailure>> {
  const names = await outer.disk.list(outer.directory);
  if (!names.ok) return names;
  const isLeft = (name: string) =>
    name === JOURNAL_FILE || name === NEXT_SECRETS_FILE || TEMPORARY.test(name);
  if (!names.value.some(isLeft)) return ok();
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const cleaned = await removeTemporaries(context.disk, context.directory);
    if (!cleaned.ok) return cleaned;
    const slots = await readSlots(context);
    if (!slots.ok) return slots;
    const journal = await readJournal(context);
    if (!journal.ok) return journal;
    if (journal.value === undefined) return await removeStaged(context);
    if (slots.value === undefined) return ok();
    return await settleJournal(context, slots.value.header, journal.value);
  });
}

async function settleJournal(
  context: VaultContext,
  header: SlotsHeader,
  journal: Journal,
): Promise<Result<undefined, VaultFailure>> {
  switch (journal.operation) {
    case 'create':
      // Its last step was done.
      return await removeJournal(context);
    case 'migrate': {
      const settled = await settleMigration(context, journal, header.storage);
      return settled.ok ? ok() : settled;
    }
    case 'rekey':
      return header.dataKeyId === journal.newDataKeyId ? await putStagedInPlace(context) : ok();
    case 'slots': {
      const settled = await settleSlots(context, header, journal);
      return settled.ok ? ok() : settled;
    }
    case 'restore':
      return ok();
  }
}

/** Completes what takes the data key, other than its own change. */
export async function settleWithKey(
  outer: VaultContext,
  keys: VaultKeys,
): Promise<Result<undefined, VaultFailure>> {
  const journal = await readJournal(outer);
  if (!journal.ok) return journal;
  if (journal.value?.operation !== 'restore') return ok();
  if (journal.value.vaultId !== keys.dataKey.vaultId) {
    return failed({ reason: 'vault-damaged', file: JOURNAL_FILE, damage: 'foreign' });
  }
  return await outer.lock.hold(() => applyRestore(withLockHeld(outer), keys.dataKey));
}
