import { failed, ok, revealSecret, Secret, type Randomness, type Result } from '@postern/kernel';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import type { KeyringFailure, KeyringPort } from './keyring-port.ts';

export type KeyringProbe =
  { readonly available: true } | { readonly available: false; readonly failure: KeyringFailure };

/**
 * Whether the keyring really works: writes a random entry, reads it back, compares and removes it. The
 * name of the desktop environment isn't a reliable sign.
 */
export async function probeKeyring(
  keyring: KeyringPort,
  randomness: Randomness,
): Promise<KeyringProbe> {
  const account = `+probe@${Buffer.from(randomness.bytes(9)).toString('base64url')}`;
  const value = Buffer.from(randomness.bytes(18)).toString('base64url');
  const outcome = await roundTrip(keyring, account, value);
  return outcome.ok ? { available: true } : { available: false, failure: outcome.failure };
}

async function roundTrip(
  keyring: KeyringPort,
  account: string,
  value: string,
): Promise<Result<undefined, KeyringFailure>> {
  const written = await keyring.set(account, Secret.of(value));
  if (!written.ok) return written;
  const read = await keyring.get(account);
  const removed = await keyring.remove(account);
  if (!read.ok) return read;
  if (!removed.ok) return removed;
  const kept = read.value !== undefined && revealSecret(read.value) === value && removed.value;
  return kept ? ok() : failed({ reason: 'keyring-unavailable', cause: 'not-keeping' });
}

/**
 * The storage for a new vault. `auto` chooses the keyring if it works, otherwise the file. If the
 * keyring is locked, it fails: the user unlocks the keyring or chooses `file`.
 */
export function chooseStorage(
  mode: 'auto' | VaultStorage,
  probe: KeyringProbe,
): Result<VaultStorage, VaultFailure> {
  if (mode === 'file') return ok('file');
  if (probe.available) return ok('keyring');
  const isLocked = probe.failure.reason === 'keyring-locked';
  return mode === 'auto' && !isLocked ? ok('file') : failed(probe.failure);
}

/**
 * Whether an existing vault matches the configured mode. `auto` accepts the recorded storage. The
 * other storage fails with `backend-changed`, which a migration resolves.
 */
export function checkStorage(
  mode: 'auto' | VaultStorage,
  recorded: VaultStorage,
): Result<undefined, VaultFailure> {
  if (mode === 'auto' || mode === recorded) return ok();
  return failed({ reason: 'backend-changed', recorded, found: mode });
}
