import { revealSecret, type Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { describeVaultFailure, type Vault } from '@postern/vault';
import { askRunning, controlPlace, localVault } from '@postern/app';
import {
  type CommandContext,
  fail,
  openExistingVault,
  orFail,
  recordEvent,
  report,
  unlockByPassphrase,
  unlockVault,
} from './context.ts';
import { newPassphrase } from './create-vault.ts';
import { changeKey, confirmInNewProcess, renewKey, whileAlone } from './rekey.ts';
import { promptHidden } from '../terminal/prompt.ts';

/** `postern vault passphrase`: sets the passphrase, or changes it after the present one. */
export async function setPassphrase(
  context: CommandContext,
  options: { readonly newPassphraseFd?: number },
): Promise<void> {
  const { slots } = (await openExistingVault(context)).vault;
  if (slots.some(({ kind }) => kind === 'passphrase')) {
    await whileAlone(context, async () => {
      await changePassphrase(context, options.newPassphraseFd);
    });
  } else {
    await addPassphrase(context, options.newPassphraseFd);
  }
}

/** Ends no other way in: the data key stays. */
async function addPassphrase(
  context: CommandContext,
  newPassphraseFd: number | undefined,
): Promise<void> {
  const { vault } = await openExistingVault(context);
  await unlockVault(context, vault, { way: { with: 'keyring' } });
  const next = await chosenPassphrase(context, newPassphraseFd);
  orFail(await vault.addPassphrase(next), describeVaultFailure);
  await endSessions(context);
  await recordChanged(context, vault, 'vault.slot.add');
  report(context, { changed: true }, ['Set the passphrase; the vault now unlocks with it too.']);
}

/** With a new data key: what an old copy of the files and the old passphrase lead to opens nothing of now. */
async function changePassphrase(
  context: CommandContext,
  newPassphraseFd: number | undefined,
): Promise<void> {
  const { vault } = await openExistingVault(context);
  const question = 'Current passphrase: ';
  const { passphrase, recovered } = await unlockByPassphrase(context, vault, { question });
  const newPassphrase = await chosenPassphrase(context, newPassphraseFd);
  if (recovered?.outcome === 'in-force') await confirmInNewProcess(context, vault, passphrase);
  const recoveryCode = await changeKey(context, vault, { passphrase, newPassphrase });
  await recordChanged(context, vault, 'vault.slot.change');
  const code = context.json ? { recoveryCode: revealSecret(recoveryCode) } : {};
  report(context, { changed: true, ...code }, [
    'Changed the passphrase. The old passphrase and the old recovery code no longer work.',
  ]);
}

/** Who gets in has changed: every browser that is signed in has to do so again. */
async function endSessions(context: CommandContext): Promise<void> {
  const asked = await askRunning(controlPlace(context.home), 'POST', '/sessions/end');
  orFail(asked);
}

async function recordChanged(
  context: CommandContext,
  vault: Vault,
  action: 'vault.slot.add' | 'vault.slot.change',
): Promise<void> {
  if (vault.id === undefined) return;
  const subject = { kind: 'vault', id: vault.id } as const;
  await recordEvent(context, localVault(vault), { action, outcome: 'success', subject });
}

/** The new passphrase, which is never taken from where the present one comes from. */
async function chosenPassphrase(
  context: CommandContext,
  passphraseFd: number | undefined,
): Promise<Secret> {
  if (passphraseFd === undefined && !context.terminal.interactive) {
    fail(
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

/** `postern vault recovery`: a new recovery code, or with `--use` a new passphrase by the old code. */
export async function recover(
  context: CommandContext,
  options: { readonly use: boolean },
): Promise<void> {
  await whileAlone(context, async () => {
    const { vault } = await openExistingVault(context);
    const recoveryCode = options.use
      ? await useRecoveryCode(context, vault)
      : (await renewKey(context, vault)).recoveryCode;
    await recordChanged(context, vault, 'vault.slot.change');
    if (context.json) report(context, { recoveryCode: revealSecret(recoveryCode) }, []);
  });
}

/** A lost passphrase is replaced; the code that opened the vault is replaced with it. */
async function useRecoveryCode(context: CommandContext, vault: Vault): Promise<Secret> {
  if (!context.terminal.interactive) {
    fail(problem('USAGE', 'Recovery asks for the code, which needs a terminal.'));
  }
  const code = await promptHidden('Recovery code: ');
  if (code === undefined) fail(problem('CANCELLED'));
  await unlockVault(context, vault, { way: { with: 'recovery', code } });
  const next = await newPassphrase(context);
  const waits = orFail(await vault.isRekeyUnconfirmed(), describeVaultFailure);
  if (!waits) return await changeKey(context, vault, { newPassphrase: next });
  // A new data key waits already, which the lost passphrase opens: it is confirmed by the next one, and replaced.
  const has = vault.slots.some(({ kind }) => kind === 'passphrase');
  const changed = has ? await vault.changePassphrase({ next }) : await vault.addPassphrase(next);
  orFail(changed, describeVaultFailure);
  await confirmInNewProcess(context, vault, next);
  return await changeKey(context, vault, { passphrase: next });
}
