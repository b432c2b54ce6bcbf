import {
  describeVaultFailure,
  type UnlockMethod,
  type Vault,
  type VaultFailure,
} from '@postern/vault';
import { localVault, recordEvents } from '@postern/app';
import { findPassphrase } from '../terminal/passphrase.ts';
import { refuseWhileHeld } from './backup.ts';
import { type CommandContext, fail, openExistingVault, orFail, report } from './context.ts';

/** `postern vault accept-rollback`: files that somebody put back on purpose count as the newest. */
export async function acceptRollback(context: CommandContext): Promise<void> {
  await refuseWhileHeld(context);
  const { vault } = await openExistingVault(context);
  const way = await wayInto(context, vault);
  const plainly = await vault.unlock(way);
  const accepted = !plainly.ok;
  if (accepted) {
    if (!isAcceptable(plainly.failure)) fail(describeVaultFailure(plainly.failure));
    orFail(await vault.unlock(way, { acceptRollback: true }), describeVaultFailure);
  }
  const subject =
    vault.id === undefined ? {} : { subject: { kind: 'vault', id: vault.id } as const };
  const done = { outcome: 'success', ...subject } as const;
  const actions = accepted
    ? (['vault.unlock', 'vault.rollback.accept'] as const)
    : (['vault.unlock'] as const);
  const events = actions.map((action) => ({ action, ...done }));
  orFail(await recordEvents(context, localVault(vault), events));
  report(context, { accepted }, [
    accepted
      ? 'Accepted the vault files in place as the newest. Check the secrets: postern secret list.'
      : 'No vault file was rolled back; there is nothing to accept.',
  ]);
}

async function wayInto(context: CommandContext, vault: Vault): Promise<UnlockMethod> {
  if (vault.storage === 'keyring') return { with: 'keyring' };
  const passphrase = orFail(await findPassphrase(context, 'Passphrase: '));
  return { with: 'passphrase', passphrase };
}

/** An anchor that does not read has nothing to compare the files with. */
function isAcceptable(failure: VaultFailure): boolean {
  const { reason } = failure;
  return reason === 'rolled-back' || (reason === 'vault-damaged' && failure.file === 'anchor.json');
}
