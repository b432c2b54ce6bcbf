import { revealSecret, type Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { sameText } from '@postern/importers';
import { checkPassphrase, describeVaultFailure, type Vault } from '@postern/vault';
import {
  auditedLocalVault,
  connect,
  create,
  holderPlaces,
  type HomeVault,
  type OpenVault,
} from '@postern/app';
import { givenPassphrase } from '../terminal/passphrase.ts';
import { promptHidden } from '../terminal/prompt.ts';
import { styled } from '../terminal/terminal.ts';
import { type CommandContext, fail, openVault, orFail, unlockVault } from './context.ts';

/** The open vault of the home, made first where there is none. */
export async function connectOrCreate(context: CommandContext): Promise<OpenVault> {
  const held = orFail(await connect(holderPlaces(context.home)));
  if (held !== undefined) return held;
  const found = await openVault(context);
  if (found.vault.state === 'absent') {
    return orFail(await auditedLocalVault(context, await createVault(context, found)));
  }
  await unlockVault(context, found.vault);
  return orFail(await auditedLocalVault(context, found.vault));
}

async function createVault(context: CommandContext, found: HomeVault): Promise<Vault> {
  const storage = orFail(await found.storageForNew());
  const passphrase = storage === 'file' ? await newPassphrase(context) : undefined;
  const choice = { storage, ...(passphrase === undefined ? {} : { passphrase }) };
  const made = await create(context, found.vault, choice);
  if (!made.ok && made.failure.reason === 'vault-exists') {
    return await unlockMadeMeanwhile(context, passphrase);
  }
  const created = orFail(made, describeVaultFailure);
  context.terminal.note(`Created a new vault (storage: ${storage}).`);
  announceRecoveryCode(context, created.recoveryCode);
  orFail(created.recorded);
  return found.vault;
}

/** Another command made it while this one waited for its lock: it is opened with the same passphrase. */
async function unlockMadeMeanwhile(
  context: CommandContext,
  passphrase: Secret | undefined,
): Promise<Vault> {
  const { vault } = await openVault(context);
  if (passphrase === undefined || vault.storage !== 'file') await unlockVault(context, vault);
  else await unlockVault(context, vault, { way: { with: 'passphrase', passphrase } });
  return vault;
}

/** Shows a recovery code, once. */
export function announceRecoveryCode(context: CommandContext, recoveryCode: Secret): void {
  const { terminal } = context;
  terminal.note('');
  terminal.note(`  Recovery code: ${styled(terminal, 'bold', revealSecret(recoveryCode))}`);
  terminal.note('');
  terminal.note(
    'Write it down now. It is shown only once, and it unlocks the vault if you lose everything else.',
  );
}

/** A passphrase chosen now: asked for twice, or given as every passphrase can be. */
export async function newPassphrase(context: CommandContext): Promise<Secret> {
  const given = givenPassphrase(context);
  if (given !== undefined) return usable(orFail(given));
  if (!context.terminal.interactive) {
    fail(
      problem(
        'VAULT_NOT_SET_UP',
        'No keyring is available, and there is no terminal to ask for a new passphrase.',
        'Pass a new passphrase with --passphrase-fd N, or run the command in a terminal.',
      ),
    );
  }
  return await promptTwice('New passphrase for the vault: ');
}

/** Asks for a new passphrase twice, unless the first answer cannot be used anyway. */
export async function promptTwice(question: string): Promise<Secret> {
  const first = await promptHidden(question);
  if (first === undefined) fail(problem('CANCELLED'));
  usable(first);
  const second = await promptHidden('Confirm passphrase: ');
  if (second === undefined) fail(problem('CANCELLED'));
  if (!sameText(first, second)) {
    fail(problem('USAGE', "The passphrases don't match; nothing was changed."));
  }
  return first;
}

/** The passphrase, if it may become a new one; else the command ends. */
export function usable(passphrase: Secret): Secret {
  orFail(checkPassphrase(passphrase), describeVaultFailure);
  return passphrase;
}
