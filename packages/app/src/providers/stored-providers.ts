import { failed, ok, type Result } from '@postern/kernel';
import { secretsOf, type Problem, type ProviderId } from '@postern/protocol';
import { describeVaultFailure } from '@postern/vault';
import type { Postern } from '../postern.ts';

/** The providers that can be called: those with a key in the vault. */
export async function storedProviders(
  postern: Postern,
): Promise<Result<readonly ProviderId[], Problem>> {
  const stored = await postern.vault.secrets.list();
  if (!stored.ok) return failed(describeVaultFailure(stored.failure));
  const names = new Set<string>(stored.value.map(({ name }) => name));
  const found = postern
    .providers()
    .all.filter((each) => !each.inProcess && secretsOf(each).some((name) => names.has(name)));
  return ok(found.map(({ id }) => id));
}
