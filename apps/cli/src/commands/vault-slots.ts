import { revealSecret, type Secret } from '@postern/kernel';
import { describeVaultFailure, type Vault } from '@postern/vault';
import { described } from '../failure/described.ts';
import { askRunning } from '../instance/ask-running.ts';
import { controlPlace } from '../instance/control-address.ts';
import { openVaultHere } from '../services/open-vault.ts';
import {
  fail,
  findVault,
  orFail,
  report,
  tell,
  unlockBy,
  unlockByPassphrase,
  unlockFound,
  type CommandContext,
} from './context.ts';
import { announceRecoveryCode, newPassphrase } from './create-vault.ts';
import { promptHidden } from '../terminal/prompt.ts';

/** `postern vault passphrase`: sets the passphrase, or changes it after the present one. */
export async function changePassphrase(
  context: CommandContext,
  options: { readonly newPassphraseFd?: number },
): Promise<void> {
  const { vault } = await findVault(context);
  if (vault.state === 'absent') fail(described('VAULT_NOT_SET_UP'));
  const has = vault.slots.some(({ kind }) => kind === 'passphrase');
  if (!has) {
    await unlockBy(context, vault, { with: 'keyring' });
    const next = await chosenPassphrase(context, options.newPassphraseFd);
    orFail(await vault.addPassphrase(next), describeVaultFailure);
    await tellChanged(context, vault, 'vault.slot.add');
    report(context, { changed: true }, ['The vault now opens with the passphrase too.']);
    return;
  }
  const question = 'Present passphrase: ';
  const { passphrase: current } = await unlockByPassphrase(context, vault, 'aloud', question);
  const next = await chosenPassphrase(context, options.newPassphraseFd);
  orFail(await vault.changePassphrase({ next, current }), describeVaultFailure);
  await tellChanged(context, vault, 'vault.slot.change');
  report(context, { changed: true }, ['The passphrase is changed; the old one opens nothing now.']);
}

/** Who gets in has changed: every browser that is signed in has to do so again. */
async function endSessions(context: CommandContext): Promise<void> {
  const asked = await askRunning(controlPlace(context.home), 'POST', '/sessions/end');
  orFail(asked, (failure) => failure);
}

async function tellChanged(
  context: CommandContext,
  vault: Vault,
  action: 'vault.slot.add' | 'vault.slot.change',
): Promise<void> {
  await endSessions(context);
  if (vault.id === undefined) return;
  const subject = { kind: 'vault', id: vault.id } as const;
  await tell(context, openVaultHere(vault), { action, outcome: 'success', subject });
}

/** The new passphrase, which is never taken from where the present one comes from. */
async function chosenPassphrase(
  context: CommandContext,
  passphraseFd: number | undefined,
): Promise<Secret> {
  if (passphraseFd === undefined && !context.terminal.interactive) {
    fail(described('USAGE', 'Without a terminal, give --new-passphrase-fd.'));
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
  const { vault } = await findVault(context);
  if (vault.state === 'absent') fail(described('VAULT_NOT_SET_UP'));
  if (options.use) await useRecoveryCode(context, vault);
  else await unlockFound(context, vault);
  const made = orFail(await vault.newRecoveryCode(), describeVaultFailure);
  await tellChanged(context, vault, 'vault.slot.change');
  if (context.json) report(context, { recoveryCode: revealSecret(made.recoveryCode) }, []);
  else announceRecoveryCode(context, made.recoveryCode);
}

/** A lost passphrase is replaced; the code that opened the vault is replaced with it. */
async function useRecoveryCode(context: CommandContext, vault: Vault): Promise<void> {
  if (!context.terminal.interactive) {
    fail(described('USAGE', 'Recovering asks for the code at a terminal.'));
  }
  const code = await promptHidden('Recovery code: ');
  if (code === undefined) fail(described('CANCELLED'));
  await unlockBy(context, vault, { with: 'recovery', code });
  const next = await newPassphrase(context);
  const has = vault.slots.some(({ kind }) => kind === 'passphrase');
  const changed = has ? await vault.changePassphrase({ next }) : await vault.addPassphrase(next);
  orFail(changed, describeVaultFailure);
  await endSessions(context);
}
