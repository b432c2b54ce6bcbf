import { failed, revealSecret, type Result, type Secret } from '@postern/kernel';
import { readUnlockRule, setUnlockRule } from '@postern/app';
import { problem, type Problem, type UnlockRule } from '@postern/protocol';
import { givenPassphrase } from '../terminal/passphrase.ts';
import { type CommandContext, orFail, report } from './context.ts';
import { promptTwice, usable } from './front-end.ts';
import { rekeyParts } from './rekey.ts';

export interface RequireBothOptions {
  readonly to: 'keyring' | 'passphrase';
}

const WORDS: Readonly<Record<UnlockRule, string>> = {
  both: 'The vault unlocks only with the keyring and the passphrase together.',
  keyring: 'The vault unlocks with the keyring.',
  passphrase: 'The vault unlocks with its passphrase.',
};

/** `postern vault require-both [on|off]`: shows or changes whether the keyring alone opens the vault. */
export async function requireBoth(
  context: CommandContext,
  state: 'on' | 'off' | undefined,
  { to }: RequireBothOptions,
): Promise<void> {
  const parts = rekeyParts(context);
  if (state === undefined) {
    const unlocksWith = orFail(await readUnlockRule(parts));
    report(context, { requireBoth: unlocksWith === 'both', unlocksWith }, [WORDS[unlocksWith]]);
    return;
  }
  const frontEnd = {
    ...parts.frontEnd,
    askNewPassphrase: async () => await firstPassphrase(context),
  };
  const set = orFail(await setUnlockRule({ ...parts, frontEnd }, state === 'on' ? 'both' : to));
  const { rule, isChanged, recoveryCode } = set;
  const code =
    context.json && recoveryCode !== undefined ? { recoveryCode: revealSecret(recoveryCode) } : {};
  const shown = { requireBoth: rule === 'both', unlocksWith: rule, changed: isChanged, ...code };
  const lines = isChanged ? [WORDS[rule]] : [`Nothing to change. ${WORDS[rule]}`];
  report(context, shown, recoveryCode === undefined ? lines : [...lines, NEW_CODE]);
}

const NEW_CODE = 'The old recovery code no longer works.';

/** The passphrase of a vault that had none: passed like any other, or typed twice. */
async function firstPassphrase(context: CommandContext): Promise<Result<Secret, Problem>> {
  const given = givenPassphrase(context);
  if (given !== undefined) return given.ok ? usable(given.value) : given;
  if (context.terminal.interactive) return await promptTwice('New passphrase for the vault: ');
  const why = 'The vault needs a passphrase, and there is no terminal to ask for one.';
  return failed(problem('USAGE', why, 'Pass a new one with --passphrase-fd N.'));
}
