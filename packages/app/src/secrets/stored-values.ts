import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { StoredValue } from '@postern/run';
import type { OpenVault } from '../vault/open-vault.ts';

/** Returns every value in the vault, to search for copies of it. Each read is recorded. */
export async function listStoredValues(
  vault: OpenVault,
): Promise<Result<readonly StoredValue[], Problem>> {
  const infos = await vault.list();
  if (!infos.ok) return infos;
  const stored: StoredValue[] = [];
  for (const { name } of infos.value) {
    const record = await vault.get(name, { action: 'secret.use' });
    if (!record.ok) return record;
    for (const value of record.value?.fields.values() ?? []) stored.push({ name, value });
  }
  return ok(stored);
}
