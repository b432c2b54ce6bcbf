import { failed, ok, revealSecret, Secret, type Result } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import type { VaultFailure } from '../vault-failure.ts';
import { stableKeyAccount, openEntry, sealEntry } from './keyring-entries.ts';
import type { KeyringPort } from './keyring-port.ts';

/**
 * The purposes whose stable key may be stored in the keyring. There it is protected as well as the
 * secrets are, which must be enough for the purpose.
 */
export const STABLE_KEY_PURPOSES = ['audit/log'] as const;

export type StableKeyPurpose = (typeof STABLE_KEY_PURPOSES)[number];

/** The stored key for a purpose; undefined if there is none. */
export async function loadStableKey(
  keyring: KeyringPort,
  vault: VaultId,
  purpose: StableKeyPurpose,
): Promise<Result<Secret | undefined, VaultFailure>> {
  const account = stableKeyAccount(vault, purpose);
  const value = await keyring.get(account);
  if (!value.ok || value.value === undefined) return value;
  const entry = openEntry(account, value.value);
  const key = entry.state === 'sound' ? entry.members['key'] : undefined;
  if (typeof key === 'string' && /^[0-9a-f]{64}$/.test(key)) return ok(Secret.of(key));
  return failed({ reason: 'vault-damaged', file: account, damage: 'malformed' });
}

/** Stores the key unless the same key is there already. */
export async function saveStableKey(
  keyring: KeyringPort,
  vault: VaultId,
  purpose: StableKeyPurpose,
  key: Secret,
): Promise<Result<undefined, VaultFailure>> {
  const stored = await loadStableKey(keyring, vault, purpose);
  const isDamaged = !stored.ok && stored.failure.reason === 'vault-damaged';
  if (!stored.ok && !isDamaged) return stored;
  if (stored.ok && stored.value !== undefined && revealSecret(stored.value) === revealSecret(key)) {
    return ok();
  }
  const account = stableKeyAccount(vault, purpose);
  return await keyring.set(account, sealEntry(account, { key: revealSecret(key) }));
}
