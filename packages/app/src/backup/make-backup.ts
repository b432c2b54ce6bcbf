import { existsSync } from 'node:fs';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { AuditAction, BackupContents, Problem } from '@postern/protocol';
import { describeVaultFailure, type BackupFile, type Vault } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { forgetBackup, rememberBackup } from '../erase/known-backups.ts';
import { openExisting } from '../vault/connect-or-open.ts';
import type { OpenParts } from '../vault/front-end.ts';
import { openReadOnly } from '../vault/home-vault.ts';
import { localVault } from '../vault/open-vault.ts';
import { unlockAndRecord } from '../vault/unlock-and-record.ts';
import type { DatabaseLabel } from '../stores/vault-databases.ts';
import { contentsOf } from './backup-contents.ts';
import { collectParts } from './collect-parts.ts';
import { describeBackupFailure, extractBackup, type OnBytes } from './extract-backup.ts';

export interface BackupParts extends OpenParts {
  /** An absolute path. */
  readonly file: string;
  /** The backup's own passphrase. */
  readonly askBackupPassphrase: () => Promise<Result<Secret, Problem>>;
  readonly onProgress?: (doneBytes: number, allBytes: number) => void;
  /** The file is in this home, where it is found without being remembered. */
  readonly isInHome?: boolean;
  /** Databases that are left out. Without them, everything else can be saved although they are damaged. */
  readonly without?: readonly DatabaseLabel[];
}

/** Writes everything that can't be made again to one encrypted file: secrets, chats, gateway keys, settings. */
export async function makeBackup(parts: BackupParts): Promise<Result<BackupContents, Problem>> {
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const unlocked = await unlockAndRecord(parts, vault);
  if (!unlocked.ok) return unlocked;
  const passphrase = await parts.askBackupPassphrase();
  if (!passphrase.ok) return passphrase;
  const made = await writeRemembered(parts, vault, passphrase.value);
  if (!made.ok) return made;
  const recorded = await recordDone(parts, vault, 'vault.backup', made.value.secrets.length);
  return recorded.ok ? made : recorded;
}

/** Remembers the backup first, so that none is forgotten. */
async function writeRemembered(
  parts: BackupParts,
  vault: Vault,
  passphrase: Secret,
): Promise<Result<BackupContents, Problem>> {
  const { dataDir } = parts.home;
  if (parts.isInHome === true) return await writeBackup(parts, vault, passphrase);
  const backup = { madeAtMs: parts.clock.nowMs(), path: parts.file };
  const known = rememberBackup(dataDir, backup);
  if (!known.ok) return known;
  const made = await writeBackup(parts, vault, passphrase);
  if (!made.ok && !existsSync(parts.file)) forgetBackup(dataDir, backup);
  return made;
}

/** Writes a backup of an unlocked vault, whose databases this process doesn't have open. */
export async function writeBackup(
  {
    home,
    file,
    onProgress,
    without,
  }: Pick<BackupParts, 'home' | 'file' | 'onProgress' | 'without'>,
  vault: Vault,
  passphrase: Secret,
): Promise<Result<BackupContents, Problem>> {
  const open = localVault(vault);
  const collected = await collectParts(home, (purpose) => open.deriveKey(purpose), without);
  if (!collected.ok) return collected;
  using copies = collected.value;
  const progress = onProgress === undefined ? {} : { onProgress };
  const made = await vault.backUp({ file, passphrase, parts: copies.parts, ...progress });
  if (!made.ok) return failed(describeVaultFailure(made.failure));
  const back = await vault.openBackup({ file, passphrase });
  return back.ok ? contentsOf(back.value, vault) : failed(describeVaultFailure(back.failure));
}

export interface VerifyParts extends OpenParts {
  readonly file: string;
  readonly askBackupPassphrase: BackupParts['askBackupPassphrase'];
}

/** Reads all of a backup and says what is inside. Changes nothing. */
export async function verifyBackup(parts: VerifyParts): Promise<Result<BackupContents, Problem>> {
  const opened = await openReadOnly(parts);
  if (!opened.ok) return opened;
  const passphrase = await parts.askBackupPassphrase();
  if (!passphrase.ok) return passphrase;
  const { vault } = opened.value;
  return await checkBackup(vault, { file: parts.file, passphrase: passphrase.value });
}

/** The same with a vault in any state. Lets other work run in between, and ends early if the signal aborts. */
export async function checkBackup(
  vault: Vault,
  file: BackupFile,
  { onProgress, signal }: { readonly onProgress?: OnBytes; readonly signal?: AbortSignal } = {},
): Promise<Result<BackupContents, Problem>> {
  const backup = await vault.openBackup(file);
  if (!backup.ok) return failed(describeBackupFailure(backup.failure));
  const contents = contentsOf(backup.value, vault);
  if (!contents.ok) return contents;
  const whole = await extractBackup(backup.value, { onProgress, signal }, () =>
    Promise.resolve(ok()),
  );
  return whole.ok ? contents : whole;
}

export async function recordDone(
  place: AuditPlace,
  vault: Vault,
  action: Extract<AuditAction, 'vault.backup' | 'vault.restore'>,
  count: number,
): Promise<Result<undefined, Problem>> {
  const { id } = vault;
  const subject = id === undefined ? {} : { subject: { kind: 'vault', id } as const };
  return await recordEvents(place, localVault(vault), [
    { action, outcome: 'success', ...subject, count },
  ]);
}
