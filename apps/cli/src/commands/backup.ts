import { resolve } from 'node:path';
import {
  makeBackup,
  restoreBackup,
  verifyBackup as verify,
  type DatabaseLabel,
} from '@postern/app';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type BackupContents, type Problem } from '@postern/protocol';
import { readPassphraseFrom } from '../terminal/passphrase.ts';
import { confirm, promptHidden } from '../terminal/prompt.ts';
import { type CommandContext, openParts, orFail, report } from './context.ts';
import type { FollowedLine } from './back-up-in-child.ts';
import { promptTwice, usable } from './front-end.ts';

export interface BackupOptions {
  readonly backupPassphraseFd?: number;
  /** The app of this home runs the command: every line of the result is JSON. */
  readonly followed?: boolean;
  /** Databases that are left out. */
  readonly without?: readonly DatabaseLabel[];
}

/** `postern auth storage backup FILE`: writes one file, encrypted with its own passphrase. */
export async function backUp(
  context: CommandContext,
  path: string,
  options: BackupOptions,
): Promise<void> {
  const file = resolve(path);
  const made = await makeBackup({
    ...openParts(context),
    file,
    askBackupPassphrase: async () => await backupPassphrase(context, options, 'twice'),
    onProgress: (done, all) => {
      if (options.followed === true) print(context, { progress: [done, all] });
      else showProgress(context, 'Backing up', done, all);
    },
    isInHome: options.followed === true,
    without: options.without ?? [],
  });
  context.terminal.showStatus('');
  const contents = orFail(made);
  if (options.followed === true) {
    print(context, { contents });
    return;
  }
  report(context, { file, ...wireOf(contents) }, [
    `Backed up to ${file} and verified it:`,
    ...linesOf(contents),
  ]);
}

function print({ terminal }: CommandContext, line: FollowedLine): void {
  terminal.print(JSON.stringify(line));
}

/** `postern auth storage verify FILE`: reads all of a backup and says what is inside. */
export async function verifyBackup(
  context: CommandContext,
  path: string,
  options: BackupOptions,
): Promise<void> {
  const file = resolve(path);
  const askBackupPassphrase = async () => await backupPassphrase(context, options, 'once');
  const contents = orFail(await verify({ ...openParts(context), file, askBackupPassphrase }));
  report(context, { file, ...wireOf(contents) }, [
    `The backup of ${dayOf(contents)} is whole:`,
    ...linesOf(contents),
    contents.isOfThisVault
      ? 'It was made of the vault of this home.'
      : "It wasn't made of a vault in this home.",
  ]);
}

/** `postern auth storage restore FILE`: replaces everything with what a backup has. */
export async function restore(
  context: CommandContext,
  path: string,
  options: BackupOptions & { readonly yes: boolean },
): Promise<void> {
  const file = resolve(path);
  const restored = await restoreBackup({
    ...openParts(context),
    file,
    agreeToReplace: async (contents) => await agreeToReplace(context, contents, options.yes),
    askBackupPassphrase: async () => await backupPassphrase(context, options, 'once'),
    onProgress: (step, done, all) => {
      showProgress(context, STEPS[step], done, all);
    },
  });
  context.terminal.showStatus('');
  const { isNew, savedBefore, kept, ...contents } = orFail(restored);
  report(context, { file, ...wireOf(contents), newVault: isNew, savedBefore, kept }, [
    `Restored the backup of ${dayOf(contents)}:`,
    ...linesOf(contents),
    ...kept.map(({ what, why }) => `Kept: ${what}. ${why}`),
    ...(savedBefore === null
      ? []
      : [
          'To undo this, restore what was there before, with the passphrase of this backup:',
          `  postern auth storage restore ${savedBefore}`,
        ]),
  ]);
}

const STEPS = {
  saving: 'Saving what is there',
  reading: 'Reading the backup',
  replacing: 'Replacing',
} as const;

function showProgress(
  { terminal }: CommandContext,
  what: string,
  doneBytes: number,
  allBytes: number,
): void {
  const part = allBytes === 0 ? 100 : Math.floor((doneBytes / allBytes) * 100);
  terminal.showStatus(`${what}: ${String(part)} %`);
}

function wireOf({ madeAtMs, secrets, ...contents }: BackupContents): object {
  return { madeAt: new Date(madeAtMs).toISOString(), names: secrets, ...contents };
}

function dayOf({ madeAtMs }: BackupContents): string {
  return new Date(madeAtMs).toISOString().slice(0, 10);
}

function linesOf(contents: BackupContents): readonly string[] {
  const { secrets, chats, messages, attachments, gatewayKeys, hasSettings } = contents;
  const chatLine =
    chats === null
      ? 'no chats'
      : `chats: ${String(chats)}, messages: ${String(messages)}, attachments: ${String(attachments)}`;
  return [
    `secrets: ${String(secrets.length)}`,
    chatLine,
    gatewayKeys === null ? 'no gateway keys' : `gateway keys: ${String(gatewayKeys)}`,
    hasSettings ? 'settings' : 'no settings',
  ].map((line) => `  ${line}`);
}

async function agreeToReplace(
  { terminal }: CommandContext,
  contents: BackupContents,
  isAgreed: boolean,
): Promise<Result<undefined, Problem>> {
  if (isAgreed) return ok();
  if (!terminal.interactive) {
    const message = 'Without a terminal to confirm, replacing everything needs --yes.';
    return failed(problem('USAGE', message));
  }
  for (const line of [`The backup of ${dayOf(contents)} has`, ...linesOf(contents)]) {
    terminal.note(line);
  }
  const replaced = contents.chats === null ? 'secrets' : 'secrets, chats and settings';
  return (await confirm(`Replace the ${replaced} that are here with it?`))
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
