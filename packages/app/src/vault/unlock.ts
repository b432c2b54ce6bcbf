import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { UnlockMethod, Vault, VaultFailure } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { localVault } from './open-vault.ts';

/**
 * What became of a change of the data key that was cut off. `confirmed`: everything was opened with
 * the new key, and the old one is destroyed. `in-force`: the new key is in force and the old one kept,
 * either because the change was carried on by this very process, or for `why`. `undone`: the old key
 * stays in force.
 */
export type RecoveredRekey =
  | { readonly outcome: 'confirmed' | 'undone' }
  | { readonly outcome: 'in-force'; readonly why?: VaultFailure };

/**
 * Unlocks, and completes a change of the data key that another process made; undefined where none was
 * left. By a recovery code nothing is confirmed: the person may not have the one that came with the
 * new key. No database may be open in this process.
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
  // Where it waited before and does no more, another process has confirmed it meanwhile.
  if (!waits.value) return ok(waited.value ? undefined : { outcome: 'undone' });
  if (!waited.value || way.with === 'recovery') return ok({ outcome: 'in-force' });
  const confirmed = await vault.confirmRekey();
  return ok(
    confirmed.ok ? { outcome: 'confirmed' } : { outcome: 'in-force', why: confirmed.failure },
  );
}

/** Writes to the audit log that the vault was unlocked, and a change of the data key that this confirmed. */
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

/** What is said of it to the person. */
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
