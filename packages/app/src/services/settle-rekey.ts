import { ok, type Result } from '@postern/kernel';
import type { UnlockWay, Vault, VaultFailure } from '@postern/vault';

/**
 * What became of a change of the data key that was cut off. `confirmed`: everything was opened with
 * the new key, and the old one is destroyed. `in-force`: the new key is in force and the old one kept,
 * either because the change was carried on by this very process, or for `why`. `undone`: the old key
 * stays in force.
 */
export type SettledRekey =
  | { readonly outcome: 'confirmed' | 'undone' }
  | { readonly outcome: 'in-force'; readonly why?: VaultFailure };

/**
 * Unlocks, and completes a change of the data key that another process made; undefined where none was
 * left. By a recovery code nothing is confirmed: the person may not have the one that came with the
 * new key. No database may be open in this process.
 */
export async function unlockAndSettle(
  vault: Vault,
  way: UnlockWay,
): Promise<Result<SettledRekey | undefined, VaultFailure>> {
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

/** What is said of it to the person. */
export function settledLine({ outcome }: SettledRekey): string {
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
