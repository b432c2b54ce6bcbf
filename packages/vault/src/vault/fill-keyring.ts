import { failed, ok, type Result } from '@postern/kernel';
import type { SecretName, VaultId } from '@postern/protocol';
import { KEPT_PURPOSES } from '../keyring/kept-key.ts';
import {
  anchorAccount,
  indexAccount,
  keptKeyAccount,
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
 * Makes the keyring's entries of a vault exactly these records. The index names everything that is
 * or was there before an entry changes, so that a process killed in between leaves nothing that
 * `emptyKeyring` does not find. The caller holds the lock.
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
  const kept = new Set(records.map(({ name }) => name));
  for (const name of old.filter((one) => !kept.has(one))) {
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
 * Removes every entry of a vault that the index names, the index, the kept keys, and the entries of
 * these slots; the names of what it removed. The index goes last, so that a killed process can be followed up.
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
    ...KEPT_PURPOSES.map((purpose) => keptKeyAccount(vault, purpose)),
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
