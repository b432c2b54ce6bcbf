import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { updateAnchor, readAnchor } from '../anchor/anchor.ts';
import { syncAnchor } from '../anchor/generations.ts';
import { backupKind, openBackup, sealBackup, type Backup } from '../file/backup-file.ts';
import { readSecrets } from '../file/file-store.ts';
import type { ContentKey } from '../file/recipients.ts';
import { newContentKey } from '../file/secrets-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { DataKey } from '../slots/data-key.ts';
import { StableKey } from '../slots/stable-key.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultSeed } from './create-vault.ts';
import { fillKeyring } from './fill-keyring.ts';
import { expectNoJournal, removeJournal, writeJournal } from './journal.ts';
import {
  commitStagedSecrets,
  readStagedSecrets,
  removeStagedSecrets,
  stageSecrets,
} from './next-secrets.ts';
import { expectRecords, readRecords } from './read-records.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface BackupFile {
  /** The backup file. */
  readonly file: string;
  /** The backup's own passphrase. */
  readonly passphrase: Secret;
}

export interface BackupReport {
  /** When the backup was made, in milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly names: readonly string[];
}

/** Writes the whole content of the vault to one encrypted file, and verifies it. */
export async function backUp(
  context: VaultContext,
  keys: VaultKeys,
  target: BackupFile,
): Promise<Result<BackupReport, VaultFailure>> {
  const fit = checkPassphrase(target.passphrase);
  if (!fit.ok) return fit;
  const free = await expectNoFile(context, target.file);
  if (!free.ok) return free;
  const backup = await context.lock.hold(() => collect(withLockHeld(context), keys));
  if (!backup.ok) return backup;
  const bytes = await sealBackup(backup.value, target.passphrase, context);
  if (!bytes.ok) return bytes;
  const { disk, randomness } = context;
  const written = await writeAtomically(disk, target.file, bytes.value, randomness);
  if (!written.ok) return written;
  const back = await readBackup(context, target);
  return back.ok ? ok(reportOf(back.value)) : back;
}

async function expectNoFile(
  { disk }: VaultContext,
  file: string,
): Promise<Result<undefined, VaultFailure>> {
  const there = await disk.read(file, backupKind(file).maxBytes);
  const exists = there.ok ? there.value !== undefined : there.failure.reason === 'unsafe-file';
  if (exists) return failed({ reason: 'backup-exists', path: file });
  return there.ok ? ok() : there;
}

async function collect(
  context: VaultContext,
  { dataKey, stableKey }: VaultKeys,
): Promise<Result<Backup, VaultFailure>> {
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const records = await readRecords(storeOf(context, header.value.storage, dataKey));
  if (!records.ok) return records;
  return ok({
    vaultId: dataKey.vaultId,
    createdAtMs: context.clock.nowMs(),
    dataKeyId: dataKey.id,
    dataKey: dataKey.expose((bytes) => Uint8Array.from(bytes)),
    stableKey: stableKey.expose((bytes) => Uint8Array.from(bytes)),
    records: records.value,
  });
}

/** Opens a backup and checks all of it. */
export async function readBackup(
  { disk, kdfCosts }: Pick<VaultContext, 'disk' | 'kdfCosts'>,
  { file, passphrase }: BackupFile,
): Promise<Result<Backup, VaultFailure>> {
  const bytes = await disk.read(file, backupKind(file).maxBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return failed({ reason: 'backup-missing', path: file });
  return await openBackup(bytes.value, { file, passphrase }, kdfCosts);
}

export function reportOf({ createdAtMs, records }: Backup): BackupReport {
  return { createdAtMs, names: records.map(({ name }) => name) };
}

/** The keys and secrets of a backup, to create a vault from. */
export function seedOf(backup: Backup, generation: number): VaultSeed {
  const dataKey = new DataKey(backup.vaultId, backup.dataKeyId, backup.dataKey);
  const stableKey = new StableKey(backup.vaultId, backup.stableKey);
  return { keys: { dataKey, stableKey }, records: backup.records, generation };
}

/**
 * Replaces the secrets of an unlocked vault with those of a backup. First they are written to a staged
 * file under the vault's own key and verified. Keys and slots don't change.
 */
export async function restoreSecrets(
  outer: VaultContext,
  dataKey: DataKey,
  backup: Backup,
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
    if (header.value.storage === 'file') {
      return await restoreFile(context, dataKey, backup, generation);
    }
    const contentKey = await newContentKey(dataKey, undefined, context);
    const staged = await stageSecrets(context, dataKey, contentKey, backup.records, generation);
    if (!staged.ok) return staged;
    const started = await writeJournal(context, {
      version: 1,
      operation: 'restore',
      vaultId: dataKey.vaultId,
    });
    return started.ok ? await applyRestore(context, dataKey) : started;
  });
}

async function restoreFile(
  context: VaultContext,
  dataKey: DataKey,
  { records }: Backup,
  generation: number,
): Promise<Result<undefined, VaultFailure>> {
  const contentKey = await contentKeyFor(context, dataKey);
  if (!contentKey.ok) return contentKey;
  const staged = await stageSecrets(context, dataKey, contentKey.value, records, generation);
  if (!staged.ok) return staged;
  const placed = await commitStagedSecrets(context);
  if (!placed.ok) return placed;
  const followed = await syncAnchor(context, dataKey);
  return followed.ok ? ok() : followed;
}

/**
 * The content key of the current secrets file, or a new one if the file is damaged. The next unlock
 * with the passphrase adds its recipient again.
 */
async function contentKeyFor(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<ContentKey, VaultFailure>> {
  const current = await readSecrets({ ...context, dataKey });
  if (current.ok) return ok(current.value.contentKey);
  return current.failure.reason === 'vault-damaged'
    ? ok(await newContentKey(dataKey, undefined, context))
    : current;
}

/** Copies the staged secrets to the keyring. Also completes an interrupted copy. */
export async function applyRestore(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<undefined, VaultFailure>> {
  const staged = await readStagedSecrets(context, dataKey);
  if (!staged.ok) return staged;
  const header = await readVerifiedSlots(context, dataKey);
  if (!header.ok) return header;
  const anchor = await readAnchor(context, header.value, dataKey);
  if (!anchor.ok) return anchor;
  // A staged file that isn't newer was already copied, or it is a rollback.
  if (staged.value !== undefined && staged.value.generation > anchor.value.secrets) {
    const records = [...staged.value.secrets.values()];
    const filled = await fillKeyring(context.keyring, dataKey.vaultId, records);
    if (!filled.ok) return filled;
    const same = await expectRecords(storeOf(context, 'keyring', dataKey), records);
    if (!same.ok) return same;
    const secrets = staged.value.generation;
    const followed = await updateAnchor(context, header.value, dataKey, { secrets });
    if (!followed.ok) return followed;
  }
  // Remove the journal first: a staged file without a journal is removed at the next start.
  const closed = await removeJournal(context);
  return closed.ok ? await removeStagedSecrets(context) : closed;
}
