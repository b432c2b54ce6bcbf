import { failed, ok, revealSecret, Secret, type Randomness, type Result } from '@postern/kernel';
import type { VaultFailure, VaultStorage } from '../vault-failure.ts';
import type { KeyringFailure, KeyringPort } from './keyring-port.ts';

export type KeyringProbe =
  { readonly available: true } | { readonly available: false; readonly failure: KeyringFailure };

/**
 * Whether the keyring really works, found out by doing: a random entry is written, read back,
 * compared and removed. The name of the desktop says nothing about that.
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
 * The storage for a new vault. `auto` takes the keyring where it works and the file elsewhere; a locked
 * keyring is to be unlocked, or the file to be asked for.
 */
export function chooseStorage(
  mode: 'auto' | VaultStorage,
  probe: KeyringProbe,
): Result<VaultStorage, VaultFailure> {
  if (mode === 'file') return ok('file');
  if (probe.available) return ok('keyring');
  // One that is only locked works, once it is unlocked.
  const isThere = probe.failure.reason === 'keyring-locked';
  return mode === 'auto' && !isThere ? ok('file') : failed(probe.failure);
}

/**
 * Whether an existing vault may be used under the configured mode. The recorded storage stays in
 * force under `auto`; asking for the other one is `backend-changed`, which a migration resolves.
 */
export function checkStorage(
  mode: 'auto' | VaultStorage,
  recorded: VaultStorage,
): Result<undefined, VaultFailure> {
  if (mode === 'auto' || mode === recorded) return ok();
  return failed({ reason: 'backend-changed', recorded, found: mode });
}
