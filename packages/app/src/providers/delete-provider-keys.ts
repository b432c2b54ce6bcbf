import { ok, type Result } from '@postern/kernel';
import { secretsOf, type Problem, type SecretName } from '@postern/protocol';
import type { ProviderTable } from '@postern/upstreams';
import type { OpenVault } from '../vault/open-vault.ts';

/**
 * Removes the key of every provider from the vault, and no other secrets. Returns the removed
 * names. Stops at the first key that can't be removed.
 */
export async function deleteProviderKeys(
  vault: OpenVault,
  providers: ProviderTable,
): Promise<Result<readonly SecretName[], Problem>> {
  const stored = await vault.list();
  if (!stored.ok) return stored;
  const ofProviders = new Set(providers.all.flatMap(secretsOf));
  const removed: SecretName[] = [];
  for (const { name } of stored.value) {
    if (!ofProviders.has(name)) continue;
    const gone = await vault.remove(name);
    if (!gone.ok) return gone;
    removed.push(name);
  }
  return ok(removed);
}

/** The message for the user. */
export function deletedLine(deleted: Result<readonly SecretName[], Problem>): string {
  return deleted.ok
    ? `Removed ${String(deleted.value.length)} provider keys from the vault.`
    : `The provider keys are still in the vault: ${deleted.failure.message}`;
}
