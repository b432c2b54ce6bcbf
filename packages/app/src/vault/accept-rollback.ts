import { failed, ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import {
  describeVaultFailure,
  type UnlockMethod,
  type Vault,
  type VaultFailure,
} from '@postern/vault';
import { recordEvents } from '../audit/audit.ts';
import { refuseWhileHeld } from '../instance/alone.ts';
import { openExisting } from './connect-or-open.ts';
import type { OpenParts } from './front-end.ts';
import { localVault } from './open-vault.ts';

/** Accepts the vault's files as the newest; false if none of them was rolled back. */
export async function acceptRollback(parts: OpenParts): Promise<Result<boolean, Problem>> {
  const free = await refuseWhileHeld(parts.home);
  if (!free.ok) return free;
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const way = await wayInto(parts, vault);
  if (!way.ok) return way;
  const accepted = await unlockAccepting(vault, way.value);
  if (!accepted.ok) return failed(describeVaultFailure(accepted.failure));
  const subject =
    vault.id === undefined ? {} : { subject: { kind: 'vault', id: vault.id } as const };
  const actions = accepted.value
    ? (['vault.unlock', 'vault.rollback.accept'] as const)
    : (['vault.unlock'] as const);
  const events = actions.map((action) => ({ action, outcome: 'success', ...subject }) as const);
  const recorded = await recordEvents(parts, localVault(vault), events);
  return recorded.ok ? accepted : recorded;
}

/** The files are accepted only if they currently keep the vault from opening. */
async function unlockAccepting(
  vault: Vault,
  way: UnlockMethod,
): Promise<Result<boolean, VaultFailure>> {
  const unlocked = await vault.unlock(way);
  if (unlocked.ok) return ok(false);
  if (!isAcceptable(unlocked.failure)) return unlocked;
  const accepted = await vault.unlock(way, { acceptRollback: true });
  return accepted.ok ? ok(true) : accepted;
}

async function wayInto(
  { frontEnd }: OpenParts,
  vault: Vault,
): Promise<Result<UnlockMethod, Problem>> {
  if (vault.storage === 'keyring') return ok({ with: 'keyring' });
  const passphrase = await frontEnd.askPassphrase();
  return passphrase.ok ? ok({ with: 'passphrase', passphrase: passphrase.value }) : passphrase;
}

/** There is nothing to compare with an anchor that can't be parsed. */
function isAcceptable(failure: VaultFailure): boolean {
  const { reason } = failure;
  return reason === 'rolled-back' || (reason === 'vault-damaged' && failure.file === 'anchor.json');
}
