import { describeVaultFailure, type Vault } from '@postern/vault';
import { failing, type Finding } from './finding.ts';

/** Reports a file of the vault that was replaced by an older copy; undefined if none was. */
export async function checkNewest(vault: Vault): Promise<Finding | undefined> {
  const newest = await vault.checkRollback();
  if (newest.ok || newest.failure.reason !== 'rolled-back') return undefined;
  return failing('Vault files', describeVaultFailure(newest.failure));
}

type Operation = Extract<Awaited<ReturnType<Vault['unfinished']>>, { ok: true }>['value'];

/** Reports another process's unfinished operation on the vault; undefined if there is none. */
export async function checkUnfinished(vault: Vault): Promise<Finding | undefined> {
  const about = 'Unfinished';
  const unfinished = await vault.unfinished();
  if (!unfinished.ok) return failing(about, describeVaultFailure(unfinished.failure));
  if (unfinished.value === undefined) return undefined;
  const waits = await vault.isRekeyUnconfirmed();
  if (waits.ok && waits.value) {
    const message =
      "a data key change isn't confirmed yet; the new key is in use, and the old one is kept.";
    return { about, level: 'warn', message, fix: 'postern auth storage rekey --confirm' };
  }
  const started = `${NAMES[unfinished.value]} is not finished`;
  const message = `${started}; if it was interrupted, the next unlock finishes or undoes it.`;
  return { about, level: 'warn', message, fix: 'postern vault unlock' };
}

const NAMES: Readonly<Record<NonNullable<Operation>, string>> = {
  create: 'creating the vault',
  migrate: 'moving the secrets to another storage',
  rekey: 'changing the data key',
  slots: 'changing the key slots',
  restore: 'restoring a backup',
};
