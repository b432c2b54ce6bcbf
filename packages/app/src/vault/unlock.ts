import { ok, Secret, type Result } from '@postern/kernel';
import type { Problem, UnlockInput } from '@postern/protocol';
import type { UnlockMethod, Vault, VaultFailure } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { localVault } from './open-vault.ts';

/**
 * The outcome of an interrupted data key change. `confirmed`: everything was opened with the new
 * key, and the old one is destroyed. `in-force`: the new key is in use and the old one kept, either
 * because this process completed the change, or for the reason `why`. `undone`: the old key stays
 * in use.
 */
export type RecoveredRekey =
  | { readonly outcome: 'confirmed' | 'undone' }
  | { readonly outcome: 'in-force'; readonly why?: VaultFailure };

/**
 * Unlocks, and completes another process's data key change; undefined if there was none. A recovery
 * code confirms nothing, because the user may not have the code of the new key. No database may be
 * open in this process.
 */
export async function unlock(
  vault: Vault,
  way: UnlockMethod,
): Promise<Result<RecoveredRekey | undefined, VaultFailure>> {
  const left = await vault.unfinished();
  if (!left.ok) return left;
  const waited = await vault.isRekeyUnconfirmed();
  if (!waited.ok) return waited;
  const unlocked = await vault.unlock(way);
  if (!unlocked.ok) return unlocked;
  if (left.value !== 'rekey') return ok(undefined);
  const waits = await vault.isRekeyUnconfirmed();
  if (!waits.ok) return waits;
  // If it was unconfirmed before and isn't any more, another process has confirmed it meanwhile.
  if (!waits.value) return ok(waited.value ? undefined : { outcome: 'undone' });
  if (!waited.value || way.with === 'recovery' || vault.isRekeyedHere) {
    return ok({ outcome: 'in-force' });
  }
  const confirmed = await vault.confirmRekey();
  return ok(
    confirmed.ok ? { outcome: 'confirmed' } : { outcome: 'in-force', why: confirmed.failure },
  );
}

/** Records that the vault was unlocked, and a data key change that this confirmed. */
export async function recordUnlocked(
  place: AuditPlace,
  vault: Vault,
  recovered: RecoveredRekey | undefined,
): Promise<Result<undefined, Problem>> {
  const { id } = vault;
  if (id === undefined) return ok();
  const about = { outcome: 'success', subject: { kind: 'vault', id } } as const;
  return await recordEvents(place, localVault(vault), [
    { action: 'vault.unlock', ...about },
    ...(recovered?.outcome === 'confirmed' ? [{ action: 'vault.rekey', ...about } as const] : []),
  ]);
}

/** The message for the user. */
export function recoveredLine({ outcome }: RecoveredRekey): string {
  switch (outcome) {
    case 'confirmed':
      return (
        'Finished an interrupted data key change and destroyed the old key. ' +
        "If you don't have its recovery code, create a new one: postern vault recovery."
      );
    case 'in-force':
      return (
        'Continued an interrupted data key change: the new key is in use, and ' +
        'the old one is kept until you run postern auth storage rekey --confirm.'
      );
    case 'undone':
      return 'Undid an interrupted data key change; the old key stays in use.';
  }
}

/** The method of a request of the page. */
export function unlockWay(input: UnlockInput): UnlockMethod {
  if ('passphrase' in input) return { with: 'passphrase', passphrase: Secret.of(input.passphrase) };
  if ('recoveryCode' in input) return { with: 'recovery', code: Secret.of(input.recoveryCode) };
  return { with: 'keyring' };
}
