import { resolve } from 'node:path';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { backUpVault as backUp, restoreVault as restore } from '@postern/app';
import { readPassphraseFrom } from '../terminal/passphrase.ts';
import { confirm, promptHidden } from '../terminal/prompt.ts';
import { type CommandContext, openParts, orFail, report } from './context.ts';
import { promptTwice, usable } from './front-end.ts';

export interface BackupOptions {
  readonly backupPassphraseFd?: number;
}

/** `postern auth storage backup FILE`: writes one file, encrypted with its own passphrase. */
export async function backUpVault(
  context: CommandContext,
  path: string,
  options: BackupOptions,
): Promise<void> {
  const file = resolve(path);
  const askBackupPassphrase = async () => await backupPassphrase(context, options, 'twice');
  const names = orFail(await backUp({ ...openParts(context), file, askBackupPassphrase }));
  report(context, { file, names }, [
    `Backed up ${String(names.length)} secrets to ${file} and verified them.`,
  ]);
}

/** `postern auth storage restore FILE`: replaces the secrets with those of a backup. */
export async function restoreVault(
  context: CommandContext,
  path: string,
  options: BackupOptions & { readonly yes: boolean },
): Promise<void> {
  const file = resolve(path);
  const restored = await restore({
    ...openParts(context),
    file,
    agreeToReplace: async () => await agreeToReplace(context, options.yes),
    askBackupPassphrase: async () => await backupPassphrase(context, options, 'once'),
  });
  const { createdAtMs, names, isNew } = orFail(restored);
  const madeAt = new Date(createdAtMs).toISOString();
  report(context, { file, madeAt, names, newVault: isNew }, [
    `Restored ${String(names.length)} secrets from the backup of ${madeAt.slice(0, 10)}.`,
  ]);
}

async function agreeToReplace(
  { terminal }: CommandContext,
  isAgreed: boolean,
): Promise<Result<undefined, Problem>> {
  if (isAgreed) return ok();
  if (!terminal.interactive) {
    const message = 'Without a terminal to confirm, replacing every secret needs --yes.';
    return failed(problem('USAGE', message));
  }
  return (await confirm('Replace every secret in the vault with those in the backup?'))
    ? ok()
    : failed(problem('CANCELLED', 'Nothing was changed.'));
}

async function backupPassphrase(
  { terminal }: CommandContext,
  { backupPassphraseFd }: BackupOptions,
  asked: 'once' | 'twice',
): Promise<Result<Secret, Problem>> {
  if (backupPassphraseFd !== undefined) {
    const given = readPassphraseFrom(backupPassphraseFd);
    return given.ok && asked === 'twice' ? usable(given.value) : given;
  }
  if (!terminal.interactive) {
    return failed(
      problem(
        'USAGE',
        "Without a terminal, the backup's passphrase must come from --backup-passphrase-fd.",
      ),
    );
  }
  const question = 'Backup passphrase: ';
  if (asked === 'twice') return await promptTwice(question);
  const typed = await promptHidden(question);
  return typed === undefined ? failed(problem('CANCELLED')) : ok(typed);
}
