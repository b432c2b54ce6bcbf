import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { sameText } from '@postern/importers';
import { checkPassphrase, describeVaultFailure } from '@postern/vault';
import { recoveredLine, type FrontEnd, type RecoveredRekey } from '@postern/app';
import {
  asksForPassphrase,
  findPassphrase,
  givenPassphrase,
  presentPassphrase,
} from '../terminal/passphrase.ts';
import { promptHidden } from '../terminal/prompt.ts';
import { styled } from '../terminal/terminal.ts';
import type { CommandContext } from './command-context.ts';

/** The terminal as the front end of the vault. `question` asks for the passphrase of a locked vault. */
export function frontEndOf(context: CommandContext, question = 'Passphrase: '): FrontEnd {
  const { terminal } = context;
  return {
    isPassphraseTyped: () => asksForPassphrase(context),
    askPassphrase: async () => await findPassphrase(context, question),
    askPresentPassphrase: async (why) => await presentPassphrase(context, why),
    askNewPassphrase: async () => await newPassphrase(context),
    onWrongPassphrase: () => {
      terminal.note('Wrong passphrase. Try again.');
    },
    onRecovered: (recovered: RecoveredRekey) => {
      terminal.note(`postern: ${recoveredLine(recovered)}`);
    },
    onCreated: (storage) => {
      terminal.note(`Created a new vault (storage: ${storage}).`);
    },
    onRecoveryCode: (code) => {
      terminal.note('');
      terminal.note(`  Recovery code: ${styled(terminal, 'bold', revealSecret(code))}`);
      terminal.note('');
      terminal.note(
        'Write it down now. It is shown only once, and it unlocks the vault if you lose everything else.',
      );
    },
  };
}

/** Gets a new passphrase: typed twice, or passed like any other passphrase. */
export async function newPassphrase(context: CommandContext): Promise<Result<Secret, Problem>> {
  const given = givenPassphrase(context);
  if (given !== undefined) return given.ok ? usable(given.value) : given;
  if (!context.terminal.interactive) {
    return failed(
      problem(
        'VAULT_NOT_SET_UP',
        'No keyring is available, and there is no terminal to ask for a new passphrase.',
        'Pass a new passphrase with --passphrase-fd N, or run the command in a terminal.',
      ),
    );
  }
  return await promptTwice('New passphrase for the vault: ');
}

/** Asks for a new passphrase twice, or once if the first answer can't be used. */
export async function promptTwice(question: string): Promise<Result<Secret, Problem>> {
  const first = await promptHidden(question);
  if (first === undefined) return failed(problem('CANCELLED'));
  const checked = usable(first);
  if (!checked.ok) return checked;
  const second = await promptHidden('Confirm passphrase: ');
  if (second === undefined) return failed(problem('CANCELLED'));
  if (!sameText(first, second)) {
    return failed(problem('USAGE', "The passphrases don't match; nothing was changed."));
  }
  return checked;
}

/** Returns the passphrase if it can be used as a new one. */
export function usable(passphrase: Secret): Result<Secret, Problem> {
  const checked = checkPassphrase(passphrase);
  return checked.ok ? ok(passphrase) : failed(describeVaultFailure(checked.failure));
}
