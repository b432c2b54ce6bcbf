import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import type { VaultFailure } from '../vault-failure.ts';
import { keptKeyAccount, openEntry, sealEntry } from './keyring-entries.ts';
import type { KeyringPort } from './keyring-port.ts';

/** The purposes whose key may be kept: each is for what the keyring's own secrets protect as well. */
export const KEPT_PURPOSES = ['audit/log'] as const;

export type KeptPurpose = (typeof KEPT_PURPOSES)[number];

/** The derived key that was kept for a purpose; undefined where none was. */
export async function fetchKeptKey(
  keyring: KeyringPort,
  vault: VaultId,
  purpose: KeptPurpose,
): Promise<Result<Secret | undefined, VaultFailure>> {
  const account = keptKeyAccount(vault, purpose);
  const value = await keyring.get(account);
  if (!value.ok || value.value === undefined) return value;
  const entry = openEntry(account, value.value);
  const key = entry.state === 'sound' ? entry.members['key'] : undefined;
  if (typeof key === 'string' && /^[0-9a-f]{64}$/.test(key)) return ok(Secret.of(key));
  return failed({ reason: 'vault-damaged', file: account, damage: 'malformed' });
}

/** Writes it where it is not there, or is another. */
export async function storeKeptKey(
  keyring: KeyringPort,
  vault: VaultId,
  purpose: KeptPurpose,
  key: Secret,
): Promise<Result<undefined, VaultFailure>> {
  const kept = await fetchKeptKey(keyring, vault, purpose);
  const isDamaged = !kept.ok && kept.failure.reason === 'vault-damaged';
  if (!kept.ok && !isDamaged) return kept;
  if (kept.ok && kept.value !== undefined && revealSecret(kept.value) === revealSecret(key)) {
    return ok();
  }
  const account = keptKeyAccount(vault, purpose);
  return await keyring.set(account, sealEntry(account, { key: revealSecret(key) }));
}
