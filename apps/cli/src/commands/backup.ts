import { resolve } from 'node:path';
import type { Secret } from '@postern/kernel';
import { type AuditAction, problem } from '@postern/protocol';
import { describeVaultFailure, type Vault } from '@postern/vault';
import { findHolder, holderPlaces, type HomeVault, localVault, recordCreated } from '@postern/app';
import { readPassphraseFrom } from '../terminal/passphrase.ts';
import { confirm, promptHidden } from '../terminal/prompt.ts';
import {
  type CommandContext,
  fail,
  openExistingVault,
  openVault,
  orFail,
  recordEvent,
  report,
  unlockVault,
} from './context.ts';
import { announceRecoveryCode, newPassphrase, promptTwice, usable } from './create-vault.ts';

export interface BackupOptions {
  readonly backupPassphraseFd?: number;
}

/** `postern auth storage backup FILE`: one encrypted file under a passphrase of its own. */
export async function backUpVault(
  context: CommandContext,
  file: string,
  options: BackupOptions,
): Promise<void> {
  const { vault } = await openExistingVault(context);
  await unlockVault(context, vault);
  const passphrase = await backupPassphrase(context, options, 'twice');
  const place = { file: resolve(file), passphrase };
  const made = orFail(await vault.backUp(place), describeVaultFailure);
  await recordDone(context, vault, 'vault.backup', made.names.length);
  report(context, { file: place.file, names: made.names }, [
    `Backed up ${String(made.names.length)} secrets to ${place.file} and verified them.`,
  ]);
}

/** `postern auth storage restore FILE`: makes the secrets exactly those of a backup. */
export async function restoreVault(
  context: CommandContext,
  file: string,
  options: BackupOptions & { readonly yes: boolean },
): Promise<void> {
  await refuseWhileHeld(context);
  const found = await openVault(context);
  const { vault } = found;
  const isNew = vault.state === 'absent';
  if (!isNew) {
    await agreeToReplace(context, options.yes);
    await unlockVault(context, vault);
  }
  const place = {
    file: resolve(file),
    passphrase: await backupPassphrase(context, options, 'once'),
  };
  const restored = isNew
    ? await createFrom(context, found, place)
    : orFail(await vault.restore(place), describeVaultFailure);
  await recordDone(context, vault, 'vault.restore', restored.names.length);
  const madeAt = new Date(restored.createdAtMs).toISOString();
  report(context, { file: place.file, madeAt, names: restored.names, newVault: isNew }, [
    `Restored ${String(restored.names.length)} secrets from the backup of ${madeAt.slice(0, 10)}.`,
  ]);
}

async function createFrom(
  context: CommandContext,
  found: HomeVault,
  place: { readonly file: string; readonly passphrase: Secret },
): Promise<{ readonly createdAtMs: number; readonly names: readonly string[] }> {
  const storage = orFail(await found.storageForNew());
  const choice =
    storage === 'file' ? { storage, passphrase: await newPassphrase(context) } : { storage };
  const made = orFail(await found.vault.createFromBackup(choice, place), describeVaultFailure);
  announceRecoveryCode(context, made.recoveryCode);
  orFail(await recordCreated(context, found.vault));
  return { createdAtMs: made.createdAtMs, names: made.names };
}

/** What is done to the vault as a whole is not done under a process that has it open. */
export async function refuseWhileHeld(context: CommandContext): Promise<void> {
  const holder = await findHolder(holderPlaces(context.home));
  if (orFail(holder) === undefined) return;
  const held = problem('ALREADY_RUNNING', 'A running Postern has the vault unlocked.');
  fail({ ...held, remedy: 'Stop it and lock the vault first: postern stop, postern vault lock.' });
}

async function agreeToReplace(context: CommandContext, isAgreed: boolean): Promise<void> {
  if (isAgreed) return;
  if (!context.terminal.interactive) {
    fail(problem('USAGE', 'Without a terminal to confirm, replacing every secret needs --yes.'));
  }
  if (!(await confirm('Replace every secret in the vault with those in the backup?'))) {
    fail(problem('CANCELLED', 'Nothing was changed.'));
  }
}

async function backupPassphrase(
  context: CommandContext,
  { backupPassphraseFd }: BackupOptions,
  asked: 'once' | 'twice',
): Promise<Secret> {
  if (backupPassphraseFd !== undefined) {
    const given = orFail(readPassphraseFrom(backupPassphraseFd));
    return asked === 'twice' ? usable(given) : given;
  }
  if (!context.terminal.interactive) {
    fail(
      problem(
        'USAGE',
        "Without a terminal, the backup's passphrase must come from --backup-passphrase-fd.",
      ),
    );
  }
  const question = 'Backup passphrase: ';
  if (asked === 'twice') return await promptTwice(question);
  return (await promptHidden(question)) ?? fail(problem('CANCELLED'));
}

async function recordDone(
  context: CommandContext,
  vault: Vault,
  action: Extract<AuditAction, 'vault.backup' | 'vault.restore'>,
  count: number,
): Promise<void> {
  const { id } = vault;
  const subject = id === undefined ? {} : { subject: { kind: 'vault', id } as const };
  await recordEvent(context, localVault(vault), { action, outcome: 'success', ...subject, count });
}
