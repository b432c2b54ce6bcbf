import { describeVaultFailure, type Vault } from '@postern/vault';
import type { Secret } from '@postern/kernel';
import { problem } from '@postern/protocol';
import { localVault } from '@postern/app';
import { presentPassphrase } from '../terminal/passphrase.ts';
import { refuseWhileHeld } from './backup.ts';
import {
  type CommandContext,
  fail,
  openVault,
  orFail,
  recordEvent,
  report,
  unlockByPassphrase,
  unlockVault,
} from './context.ts';
import { newPassphrase } from './create-vault.ts';

export interface MigrateOptions {
  readonly from?: 'keyring' | 'file';
  readonly to: 'keyring' | 'file';
  readonly dryRun: boolean;
  readonly removeSource: boolean;
}

/** `postern auth storage migrate --to BACKEND`: copied, read back, and only then in force. */
export async function migrateStorage(
  context: CommandContext,
  options: MigrateOptions,
): Promise<void> {
  await refuseWhileHeld(context);
  const { vault, loaded } = await openVault(context);
  const { storage } = vault;
  if (storage === undefined) fail(problem('VAULT_NOT_SET_UP'));
  if (options.from !== undefined && options.from !== storage) {
    fail(problem('USAGE', `The secrets are in ${storage} storage, not in ${options.from}.`));
  }
  const passphrase = await unlockForMove(context, vault, options);
  const { to, dryRun, removeSource } = options;
  const moved = orFail(
    await vault.migrate({
      to,
      dryRun,
      removeSource,
      ...(passphrase === undefined ? {} : { passphrase }),
    }),
    describeVaultFailure,
  );
  const { id } = vault;
  if (!dryRun && id !== undefined) {
    const subject = { kind: 'vault', id } as const;
    const count = moved.copied.length;
    await recordEvent(context, localVault(vault), {
      action: 'vault.migrate',
      outcome: 'success',
      subject,
      count,
    });
  }
  const verb = dryRun ? 'Would move' : 'Moved';
  report(context, { ...moved, dryRun }, [
    `${verb} ${String(moved.copied.length)} secrets from ${moved.from} to ${moved.to}.`,
    ...moved.removed.map((each) => `Removed: ${each}`),
  ]);
  if (!dryRun && loaded.config.storage !== 'auto' && loaded.config.storage !== to) {
    context.terminal.note(`postern: set "storage" to "${to}" in ${context.home.configFile}.`);
  }
}

/** Opens the vault; answers its passphrase, present or first, where the other storage needs it. */
async function unlockForMove(
  context: CommandContext,
  vault: Vault,
  { to }: MigrateOptions,
): Promise<Secret | undefined> {
  if (vault.storage === 'keyring') {
    await unlockVault(context, vault, { way: { with: 'keyring' } });
    if (to === 'keyring') return undefined;
    const isFirst = vault.slots.every(({ kind }) => kind !== 'passphrase');
    if (isFirst) return await newPassphrase(context);
    const found = await presentPassphrase(
      context,
      'The vault also has a passphrase, which is needed to move it to a file.',
    );
    return orFail(found);
  }
  await unlockByPassphrase(context, vault);
  return undefined;
}
