import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { AuditAction, Problem } from '@postern/protocol';
import { describeVaultFailure, type Vault } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { refuseWhileHeld } from '../instance/alone.ts';
import { rememberBackup } from '../erase/known-backups.ts';
import { openExisting } from './connect-or-open.ts';
import type { OpenParts } from './front-end.ts';
import { open, recordCreated, type HomeVault } from './home-vault.ts';
import { chooseForNewVault } from './new-vault-choice.ts';
import { localVault } from './open-vault.ts';
import { unlockAndRecord } from './unlock-and-record.ts';

export interface BackupParts extends OpenParts {
  /** An absolute path. */
  readonly file: string;
  /** The backup's own passphrase. */
  readonly askBackupPassphrase: () => Promise<Result<Secret, Problem>>;
}

/** Writes every secret to one encrypted file. Returns the names of the secrets. */
export async function backUpVault(parts: BackupParts): Promise<Result<readonly string[], Problem>> {
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const unlocked = await unlockAndRecord(parts, vault);
  if (!unlocked.ok) return unlocked;
  const passphrase = await parts.askBackupPassphrase();
  if (!passphrase.ok) return passphrase;
  const place = { madeAtMs: parts.clock.nowMs(), path: parts.file };
  const known = rememberBackup(parts.home.dataDir, place);
  if (!known.ok) return known;
  const made = await vault.backUp({ file: parts.file, passphrase: passphrase.value });
  if (!made.ok) return failed(describeVaultFailure(made.failure));
  const { names } = made.value;
  const recorded = await recordDone(parts, vault, 'vault.backup', names.length);
  return recorded.ok ? ok(names) : recorded;
}

export interface RestoreParts extends BackupParts {
  /** Whether every secret of the vault may be replaced; a failure if not. */
  readonly agreeToReplace: () => Promise<Result<undefined, Problem>>;
}

export interface RestoredVault {
  readonly createdAtMs: number;
  readonly names: readonly string[];
  /** There was no vault, so this one was created from the backup. */
  readonly isNew: boolean;
}

/** Replaces the secrets of the vault with those of a backup. */
export async function restoreVault(parts: RestoreParts): Promise<Result<RestoredVault, Problem>> {
  const free = await refuseWhileHeld(parts.home);
  if (!free.ok) return free;
  const found = await open(parts);
  if (!found.ok) return found;
  const { vault } = found.value;
  const isNew = vault.state === 'absent';
  if (!isNew) {
    const agreed = await parts.agreeToReplace();
    if (!agreed.ok) return agreed;
    const unlocked = await unlockAndRecord(parts, vault);
    if (!unlocked.ok) return unlocked;
  }
  const passphrase = await parts.askBackupPassphrase();
  if (!passphrase.ok) return passphrase;
  const restored = isNew
    ? await createFrom(parts, found.value, passphrase.value)
    : await replaceIn(parts, vault, passphrase.value);
  if (!restored.ok) return restored;
  const { createdAtMs, names } = restored.value;
  const recorded = await recordDone(parts, vault, 'vault.restore', names.length);
  return recorded.ok ? ok({ createdAtMs, names, isNew }) : recorded;
}

type Restored = Omit<RestoredVault, 'isNew'>;

async function replaceIn(
  { file }: RestoreParts,
  vault: Vault,
  passphrase: Secret,
): Promise<Result<Restored, Problem>> {
  const restored = await vault.restore({ file, passphrase });
  return restored.ok ? restored : failed(describeVaultFailure(restored.failure));
}

async function createFrom(
  parts: RestoreParts,
  opened: HomeVault,
  passphrase: Secret,
): Promise<Result<Restored, Problem>> {
  const { file, frontEnd } = parts;
  const { vault } = opened;
  const choice = await chooseForNewVault(opened, frontEnd);
  if (!choice.ok) return choice;
  const made = await vault.createFromBackup(choice.value, { file, passphrase });
  if (!made.ok) return failed(describeVaultFailure(made.failure));
  frontEnd.onRecoveryCode(made.value.recoveryCode);
  const recorded = await recordCreated(parts, vault);
  return recorded.ok ? ok(made.value) : recorded;
}

async function recordDone(
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
