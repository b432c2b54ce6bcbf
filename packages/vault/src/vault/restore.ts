import { failed, ok, type Result } from '@postern/kernel';
import { readAnchor, updateAnchor } from '../anchor/anchor.ts';
import { syncAnchor } from '../anchor/generations.ts';
import { readSecrets } from '../file/file-store.ts';
import type { ContentKey } from '../file/recipients.ts';
import { newContentKey } from '../file/secrets-file.ts';
import type { SecretRecord } from '../secret-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import type { SlotsHeader } from '../slots/slots-file.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { fillKeyring } from './fill-keyring.ts';
import { expectNoJournal, removeJournal, writeJournal } from './journal.ts';
import {
  commitStagedSecrets,
  readStagedSecrets,
  removeStagedSecrets,
  stageSecrets,
} from './next-secrets.ts';
import { expectRecords } from './read-records.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

/**
 * Replaces the secrets of an unlocked vault with those of a backup, and the files that are staged beside them. First
 * the secrets are written to a staged file under the vault's own key and verified. Then the journal decides: from
 * there on, the next process completes what a killed one began. Keys and slots don't change.
 */
export async function restoreSecrets(
  outer: VaultContext,
  dataKey: DataKey,
  records: readonly SecretRecord[],
): Promise<Result<undefined, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readVerifiedSlots(context, dataKey);
    if (!header.ok) return header;
    const free = await expectNoJournal(context);
    if (!free.ok) return free;
    const current = await syncAnchor(context, dataKey);
    if (!current.ok) return current;
    const generation = current.value.record.secrets + 1;
    const contentKey = await contentKeyFor(context, dataKey, header.value);
    if (!contentKey.ok) return contentKey;
    const staged = await stageSecrets(context, dataKey, contentKey.value, records, generation);
    if (!staged.ok) return staged;
    const started = await writeJournal(context, {
      version: 1,
      operation: 'restore',
      vaultId: dataKey.vaultId,
    });
    return started.ok ? await applyRestore(context, dataKey) : started;
  });
}

/**
 * The content key of the current secrets file, or a new one if the file is damaged. The next unlock
 * with the passphrase adds its recipient again.
 */
async function contentKeyFor(
  context: VaultContext,
  dataKey: DataKey,
  { storage }: SlotsHeader,
): Promise<Result<ContentKey, VaultFailure>> {
  if (storage === 'keyring') return ok(await newContentKey(dataKey, undefined, context));
  const current = await readSecrets({ ...context, dataKey });
  if (current.ok) return ok(current.value.contentKey);
  return current.failure.reason === 'vault-damaged'
    ? ok(await newContentKey(dataKey, undefined, context))
    : current;
}

/** Puts everything staged into place. Each step can be repeated after an interruption. */
export async function applyRestore(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<undefined, VaultFailure>> {
  const placed = await context.placeRestored();
  if (!placed.ok) {
    const { reason } = placed.failure;
    return failed({ reason: 'database-refused', purpose: 'restore', cause: reason });
  }
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const applied = await (header.value.storage === 'file'
    ? replaceFile(context, dataKey)
    : copyToKeyring(context, dataKey, header.value));
  if (!applied.ok) return applied;
  // Remove the journal first: a staged file without a journal is removed at the next start.
  const closed = await removeJournal(context);
  return closed.ok ? await removeStagedSecrets(context) : closed;
}

async function replaceFile(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<undefined, VaultFailure>> {
  const replaced = await commitStagedSecrets(context);
  if (!replaced.ok) return replaced;
  const followed = await syncAnchor(context, dataKey);
  return followed.ok ? ok() : followed;
}

async function copyToKeyring(
  context: VaultContext,
  dataKey: DataKey,
  header: SlotsHeader,
): Promise<Result<undefined, VaultFailure>> {
  const staged = await readStagedSecrets(context, dataKey);
  if (!staged.ok) return staged;
  const anchor = await readAnchor(context, header, dataKey);
  if (!anchor.ok) return anchor;
  // A staged file that isn't newer was already copied, or it is a rollback.
  if (staged.value === undefined || staged.value.generation <= anchor.value.secrets) return ok();
  const records = [...staged.value.secrets.values()];
  const filled = await fillKeyring(context.keyring, dataKey.vaultId, records);
  if (!filled.ok) return filled;
  const same = await expectRecords(storeOf(context, 'keyring', dataKey), records);
  if (!same.ok) return same;
  const { generation: secrets } = staged.value;
  const followed = await updateAnchor(context, header, dataKey, { secrets });
  return followed.ok ? ok() : followed;
}
