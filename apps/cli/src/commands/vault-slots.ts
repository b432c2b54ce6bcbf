import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { recoverVault, renewRecoveryCode, setPassphrase as setVaultPassphrase } from '@postern/app';
import { promptHidden } from '../terminal/prompt.ts';
import { type CommandContext, orFail, report } from './context.ts';
import { frontEndOf, newPassphrase } from './front-end.ts';
import { rekeyParts } from './rekey.ts';

/** `postern vault passphrase`: sets the passphrase, or changes it if the current one is given. */
export async function setPassphrase(
  context: CommandContext,
  options: { readonly newPassphraseFd?: number },
): Promise<void> {
  const parts = rekeyParts(context);
  const current = frontEndOf(context, 'Current passphrase: ');
  const frontEnd = {
    ...parts.frontEnd,
    askPassphrase: async () => await current.askPassphrase(),
    askNewPassphrase: async () => await chosenPassphrase(context, options.newPassphraseFd),
  };
  const set = orFail(await setVaultPassphrase({ ...parts, frontEnd }));
  if (set.outcome === 'added') {
    report(context, { changed: true }, ['Set the passphrase; the vault now unlocks with it too.']);
    return;
  }
  const code = context.json ? { recoveryCode: revealSecret(set.recoveryCode) } : {};
  report(context, { changed: true, ...code }, [
    'Changed the passphrase. The old passphrase and the old recovery code no longer work.',
  ]);
}

/** Gets the new passphrase, never from the source of the current one. */
async function chosenPassphrase(
  context: CommandContext,
  passphraseFd: number | undefined,
): Promise<Result<Secret, Problem>> {
  if (passphraseFd === undefined && !context.terminal.interactive) {
    return failed(
      problem(
        'USAGE',
        'Without a terminal, the new passphrase must come from --new-passphrase-fd.',
      ),
    );
  }
  const { environment } = context;
  const without = { ...environment, passphrase: undefined, credentialsDirectory: undefined };
  return await newPassphrase({ ...context, passphraseFd, environment: without });
}

/**
 * `postern vault recovery`: creates a new recovery code; with `--use`, sets a new passphrase with
 * the old code.
 */
export async function recover(
  context: CommandContext,
  { use, passphraseOnly }: { readonly use: boolean; readonly passphraseOnly: boolean },
): Promise<void> {
  if (passphraseOnly && !use) {
    return orFail(failed(problem('USAGE', '--passphrase-only needs --use.')));
  }
  const parts = rekeyParts(context);
  const askRecoveryCode = async () => await typedRecoveryCode(context);
  const recoveryCode = orFail(
    use
      ? await recoverVault({ ...parts, askRecoveryCode, passphraseOnly })
      : await renewRecoveryCode(parts),
  );
  if (context.json) report(context, { recoveryCode: revealSecret(recoveryCode) }, []);
}

async function typedRecoveryCode({ terminal }: CommandContext): Promise<Result<Secret, Problem>> {
  if (!terminal.interactive) {
    return failed(problem('USAGE', 'Recovery asks for the code, which needs a terminal.'));
  }
  const code = await promptHidden('Recovery code: ');
  return code === undefined ? failed(problem('CANCELLED')) : ok(code);
}
