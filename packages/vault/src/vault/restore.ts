import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { followAnchor, readAnchor } from '../anchor/anchor.ts';
import { settleGenerations } from '../anchor/generations.ts';
import { backupKind, openBackup, sealBackup, type Backup } from '../file/backup-file.ts';
import { readSecrets } from '../file/file-store.ts';
import type { ContentKey } from '../file/recipients.ts';
import { newContentKey } from '../file/secrets-file.ts';
import { checkPassphrase } from '../passphrase.ts';
import { DataKey } from '../slots/data-key.ts';
import { LastingKey } from '../slots/lasting-key.ts';
import type { VaultKeys } from '../slots/vault-keys.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultSeed } from './create-vault.ts';
import { fillKeyring } from './fill-keyring.ts';
import { expectNoJournal, removeJournal, writeJournal } from './journal.ts';
import { putStagedInPlace, readStagedSecrets, removeStaged, stageSecrets } from './next-secrets.ts';
import { expectRecords, readRecords } from './read-records.ts';
import { readProvenSlots } from '../slots/read-slots.ts';
import { storeOf, withLockHeld, type VaultContext } from './vault-context.ts';

export interface BackupPlace {
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

/** Writes everything that the vault is into one encrypted file, and opens it again. */
export async function backUp(
  context: VaultContext,
  keys: VaultKeys,
  place: BackupPlace,
): Promise<Result<BackupReport, VaultFailure>> {
  const fit = checkPassphrase(place.passphrase);
  if (!fit.ok) return fit;
  const free = await expectNoFile(context, place.file);
  if (!free.ok) return free;
  const backup = await context.lock.hold(() => collect(withLockHeld(context), keys));
  if (!backup.ok) return backup;
  const bytes = await sealBackup(backup.value, place.passphrase, context);
  if (!bytes.ok) return bytes;
  const { disk, randomness } = context;
  const written = await writeAtomically(disk, place.file, bytes.value, randomness);
  if (!written.ok) return written;
  const back = await readBackup(context, place);
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
  { dataKey, lasting }: VaultKeys,
): Promise<Result<Backup, VaultFailure>> {
  const header = await readProvenSlots(context, dataKey);
  if (!header.ok) return header;
  const records = await readRecords(storeOf(context, header.value.storage, dataKey));
  if (!records.ok) return records;
  return ok({
    vaultId: dataKey.vaultId,
    createdAtMs: context.clock.nowMs(),
    dataKeyId: dataKey.id,
    dataKey: dataKey.expose((bytes) => Uint8Array.from(bytes)),
    lastingKey: lasting.expose((bytes) => Uint8Array.from(bytes)),
    records: records.value,
  });
}

/** Opens and checks a backup whole. */
export async function readBackup(
  { disk, kdfCosts }: Pick<VaultContext, 'disk' | 'kdfCosts'>,
  { file, passphrase }: BackupPlace,
): Promise<Result<Backup, VaultFailure>> {
  const bytes = await disk.read(file, backupKind(file).maxBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return failed({ reason: 'backup-missing', path: file });
  return await openBackup(bytes.value, { file, passphrase }, kdfCosts);
}

export function reportOf({ createdAtMs, records }: Backup): BackupReport {
  return { createdAtMs, names: records.map(({ name }) => name) };
}

/** The keys and secrets of a backup, to make its vault anew from. */
export function seedOf(backup: Backup, generation: number): VaultSeed {
  const dataKey = new DataKey(backup.vaultId, backup.dataKeyId, backup.dataKey);
  const lasting = new LastingKey(backup.vaultId, backup.lastingKey);
  return { keys: { dataKey, lasting }, records: backup.records, generation };
}

/**
 * Makes the secrets of an unlocked vault exactly those of a backup. They are staged beside the vault
 * under its own key and read back first; its keys and slots stay as they are.
 */
export async function restoreSecrets(
  outer: VaultContext,
  dataKey: DataKey,
  backup: Backup,
): Promise<Result<undefined, VaultFailure>> {
  return await outer.lock.hold(async () => {
    const context = withLockHeld(outer);
    const header = await readProvenSlots(context, dataKey);
    if (!header.ok) return header;
    const settled = await expectNoJournal(context);
    if (!settled.ok) return settled;
    const current = await settleGenerations(context, dataKey);
    if (!current.ok) return current;
    const generation = current.value.record.secrets + 1;
    if (header.value.storage === 'file') {
      return await restoreFile(context, dataKey, backup, generation);
    }
    const contentKey = await newContentKey(dataKey, undefined, context);
    const staged = await stageSecrets(context, dataKey, contentKey, backup.records, generation);
    if (!staged.ok) return staged;
    const begun = await writeJournal(context, {
      version: 1,
      operation: 'restore',
      vaultId: dataKey.vaultId,
    });
    return begun.ok ? await applyRestore(context, dataKey) : begun;
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
  const placed = await putStagedInPlace(context);
  if (!placed.ok) return placed;
  const followed = await settleGenerations(context, dataKey);
  return followed.ok ? ok() : followed;
}

/** That of the present file; a new one where that is damaged, which the passphrase joins when it unlocks. */
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

/** Fills the keyring from the staged file, which may have been begun before. */
export async function applyRestore(
  context: VaultContext,
  dataKey: DataKey,
): Promise<Result<undefined, VaultFailure>> {
  const staged = await readStagedSecrets(context, dataKey);
  if (!staged.ok) return staged;
  const header = await readProvenSlots(context, dataKey);
  if (!header.ok) return header;
  const anchor = await readAnchor(context, header.value, dataKey);
  if (!anchor.ok) return anchor;
  // One that is no newer has filled the keyring before, or was put back by somebody.
  if (staged.value !== undefined && staged.value.generation > anchor.value.secrets) {
    const records = [...staged.value.secrets.values()];
    const filled = await fillKeyring(context.keyring, dataKey.vaultId, records);
    if (!filled.ok) return filled;
    const same = await expectRecords(storeOf(context, 'keyring', dataKey), records);
    if (!same.ok) return same;
    const secrets = staged.value.generation;
    const followed = await followAnchor(context, header.value, dataKey, { secrets });
    if (!followed.ok) return followed;
  }
  // The journal first: a staged file without one is cleared away.
  const closed = await removeJournal(context);
  return closed.ok ? await removeStaged(context) : closed;
}
