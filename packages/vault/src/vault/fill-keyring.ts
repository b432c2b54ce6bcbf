import { failed, ok, type Result } from '@postern/kernel';
import type { SecretName, VaultId } from '@postern/protocol';
import { STABLE_KEY_PURPOSES } from '../keyring/stable-key-entry.ts';
import {
  anchorAccount,
  indexAccount,
  stableKeyAccount,
  sealEntry,
  secretAccount,
  slotAccount,
} from '../keyring/keyring-entries.ts';
import { readIndex, writeIndex, type Indexed } from '../keyring/keyring-index.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';
import { recordToWire } from '../record-wire.ts';
import { infoOf, type SecretRecord } from '../secret-store.ts';
import type { VaultFailure } from '../vault-failure.ts';

/**
 * Replaces the vault's entries in the keyring with these records. Before any entry changes, the index
 * lists all old and new names, so that `emptyKeyring` finds every entry even if the process is killed in
 * between. The caller holds the lock.
 */
export async function fillKeyring(
  keyring: KeyringPort,
  vault: VaultId,
  records: readonly SecretRecord[],
): Promise<Result<undefined, VaultFailure>> {
  const before = await readIndex(keyring, vault);
  const isNew = !before.ok && before.failure.reason === 'backend-changed';
  if (!before.ok && !isNew) return before;
  const old = before.ok ? [...before.value.keys()] : [];
  const names = [...old, ...records.map(({ name }) => name)];
  const marked = await writeIndex(keyring, vault, new Map(names.map((name) => [name, undefined])));
  if (!marked.ok) return marked;
  for (const record of records) {
    const wire = recordToWire(record);
    if (!wire.ok) return wire;
    const account = secretAccount(vault, record.name);
    const written = await keyring.set(account, sealEntry(account, { ...wire.value }));
    if (!written.ok) return written;
  }
  const written = new Set(records.map(({ name }) => name));
  for (const name of old.filter((one) => !written.has(one))) {
    const removed = await keyring.remove(secretAccount(vault, name));
    if (!removed.ok) return removed;
  }
  return await writeIndex(keyring, vault, new Map(records.map(indexed)));
}

function indexed(record: SecretRecord): readonly [SecretName, Indexed] {
  const { name, fields, createdAtMs, updatedAtMs } = infoOf(record);
  return [name, { fields: [...fields], createdAtMs, updatedAtMs }];
}

/**
 * Removes the vault's entries from the keyring and returns their names: the secrets in the index, the
 * given slots, the stable keys, the anchor and the index. The index goes last, so that the removal can be
 * repeated if the process is killed.
 */
export async function emptyKeyring(
  keyring: KeyringPort,
  vault: VaultId,
  slotIds: readonly string[],
): Promise<Result<readonly string[], VaultFailure>> {
  const index = await readIndex(keyring, vault);
  if (!index.ok && index.failure.reason !== 'backend-changed') return failed(index.failure);
  const names = index.ok ? [...index.value.keys()] : [];
  const accounts = [
    ...names.map((name) => secretAccount(vault, name)),
    ...slotIds.map((id) => slotAccount(vault, id)),
    ...STABLE_KEY_PURPOSES.map((purpose) => stableKeyAccount(vault, purpose)),
    anchorAccount(vault),
    indexAccount(vault),
  ];
  const gone: string[] = [];
  for (const account of accounts) {
    const removed = await keyring.remove(account);
    if (!removed.ok) return removed;
    if (removed.value) gone.push(account);
  }
  return ok(gone);
}
