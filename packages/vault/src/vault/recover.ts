import { removeTemporaries, TEMPORARY } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { NEXT_SECRETS_FILE } from '../file/secrets-file.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { JOURNAL_FILE, readJournal, removeJournal, type Journal } from './journal.ts';
import { finishMigration } from './migrate.ts';
import { finishSlotChange } from './change-slots.ts';
import { commitStagedSecrets, removeStagedSecrets } from './next-secrets.ts';
import { readSlots } from '../slots/read-slots.ts';
import { applyRestore } from './restore.ts';
import { withLockHeld, type VaultContext } from './vault-context.ts';

/**
 * Completes or undoes an interrupted operation as far as possible without a key, and removes temporary
 * files. If nothing was interrupted, it only lists the directory.
 */
export async function recoverWithoutKey(
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
    if (journal.value === undefined) return await removeStagedSecrets(context);
    if (slots.value === undefined) return ok();
    return await recoverFromJournal(context, slots.value.header, journal.value);
  });
}

async function recoverFromJournal(
  context: VaultContext,
  header: SlotsHeader,
  journal: Journal,
): Promise<Result<undefined, VaultFailure>> {
  switch (journal.operation) {
    case 'create':
      // The header exists, so the creation is complete.
      return await removeJournal(context);
    case 'migrate': {
      const done = await finishMigration(context, journal, header.storage);
      return done.ok ? ok() : done;
    }
    case 'rekey':
      return header.dataKeyId === journal.newDataKeyId ? await commitStagedSecrets(context) : ok();
    case 'slots': {
      const done = await finishSlotChange(context, header, journal);
      return done.ok ? ok() : done;
    }
    case 'restore':
      return ok();
  }
}

/** Completes an interrupted restore, which needs the data key. `unlock` resumes a rekey. */
export async function recoverWithKey(
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
