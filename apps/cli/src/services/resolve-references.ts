import { ok } from '@postern/kernel';
import type { ResolveReference } from '@postern/vault';
import type { Described } from '../failure/described.ts';
import type { OpenVault, SecretUse } from './open-vault.ts';

/** What references name, out of an open vault, each taken for that use. */
export function resolveReferences(
  vault: Pick<OpenVault, 'get'>,
  use: SecretUse,
): ResolveReference<Described> {
  return async ({ name, field }) => {
    const record = await vault.get(name, use);
    return record.ok ? ok(record.value?.fields.get(field)) : record;
  };
}
