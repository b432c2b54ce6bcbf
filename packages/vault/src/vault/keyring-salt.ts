import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { openEntry, sealEntry, slotAccount } from '../keyring/keyring-entries.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import { SALT_BYTES } from '../slots/slot.ts';
import type { VaultFailure } from '../vault-failure.ts';

/** Stores the salt of a keyring slot and reads it back, because without it the slot is useless. */
export async function storeSalt(
  keyring: KeyringPort,
  vault: VaultId,
  slotId: string,
  salt: Uint8Array,
): Promise<Result<undefined, VaultFailure>> {
  const account = slotAccount(vault, slotId);
  const text = Buffer.from(salt).toString('base64url');
  const stored = await keyring.set(account, sealEntry(account, { salt: text }));
  if (!stored.ok) return stored;
  const back = await loadSalt(keyring, vault, slotId);
  if (!back.ok) return back;
  if (back.value !== undefined && Buffer.from(back.value).equals(Buffer.from(salt))) return ok();
  return failed({ reason: 'keyring-unavailable', cause: 'not-keeping' });
}

/** Undefined if the keyring has no such entry. */
export async function loadSalt(
  keyring: KeyringPort,
  vault: VaultId,
  slotId: string,
): Promise<Result<Uint8Array | undefined, VaultFailure>> {
  const account = slotAccount(vault, slotId);
  const value = await keyring.get(account);
  if (!value.ok) return value;
  if (value.value === undefined) return ok(undefined);
  const salt = saltOf(account, value.value);
  if (salt !== undefined) return ok(salt);
  return failed({ reason: 'vault-damaged', file: account, damage: 'malformed' });
}

/** Removes the entries of slots and returns the accounts of those that existed. */
export async function removeSalts(
  keyring: KeyringPort,
  vault: VaultId,
  slotIds: readonly string[],
): Promise<Result<readonly string[], VaultFailure>> {
  const gone: string[] = [];
  for (const id of slotIds) {
    const account = slotAccount(vault, id);
    const removed = await keyring.remove(account);
    if (!removed.ok) return removed;
    if (removed.value) gone.push(account);
  }
  return ok(gone);
}

function saltOf(account: string, value: Secret): Uint8Array | undefined {
  const entry = openEntry(account, value);
  const text = entry.state === 'sound' ? entry.members['salt'] : undefined;
  const salt = typeof text === 'string' ? Buffer.from(text, 'base64url') : undefined;
  return salt?.length === SALT_BYTES ? salt : undefined;
}
