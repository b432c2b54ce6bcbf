import { failed, ok, type Result } from '@postern/kernel';
import type { SecretName, VaultId } from '@postern/protocol';
import { recordFromWire, recordToWire } from '../record-wire.ts';
import { byName, infoOf, type SecretInfo, type SecretRecord } from '../secret-store.ts';
import type { SecretStore } from '../secret-store.ts';
import type { VaultFailure } from '../vault-failure.ts';
import { openEntry, sealEntry, secretAccount } from './keyring-entries.ts';
import { readIndex, writeIndex, type KeyringIndex } from './keyring-index.ts';
import type { KeyringPort } from './keyring-port.ts';
import type { VaultLock } from '../vault-lock.ts';

export interface KeyringStoreOptions {
  readonly vaultId: VaultId;
  readonly keyring: KeyringPort;
  readonly lock: VaultLock;
}

/**
 * Secrets in the user's keyring: one entry for each, and an index of their names. A secret is marked in
 * the index before its entry is written or removed. So the index stays correct if the process is killed
 * in between: `list` reads the entries of marked secrets.
 */
export function keyringStore(options: KeyringStoreOptions): SecretStore {
  const { keyring, vaultId, lock } = options;
  return {
    get: async (name) => {
      const record = await readRecord(options, name);
      if (!record.ok || record.value !== undefined) return record;
      // The secret doesn't exist, unless the index is missing too: then it's the wrong keyring.
      const index = await readIndex(keyring, vaultId);
      return index.ok ? ok(undefined) : index;
    },
    list: async () => {
      const index = await readIndex(keyring, vaultId);
      return index.ok ? await infosOf(options, index.value) : index;
    },
    put: (record) => lock.hold(() => putRecord(options, record)),
    remove: (name) => lock.hold(() => removeRecord(options, name)),
  };
}

async function readRecord(
  { keyring, vaultId }: KeyringStoreOptions,
  name: SecretName,
): Promise<Result<SecretRecord | undefined, VaultFailure>> {
  const account = secretAccount(vaultId, name);
  const value = await keyring.get(account);
  if (!value.ok) return value;
  if (value.value === undefined) return ok(undefined);
  const entry = openEntry(account, value.value);
  if (entry.state === 'newer') return failed({ reason: 'version-unknown', file: account });
  const record = entry.state === 'sound' ? recordFromWire(name, entry.members) : undefined;
  if (record === undefined) {
    return failed({ reason: 'vault-damaged', file: account, damage: 'malformed' });
  }
  return ok(record);
}

async function putRecord(
  { keyring, vaultId }: KeyringStoreOptions,
  record: SecretRecord,
): Promise<Result<undefined, VaultFailure>> {
  const wire = recordToWire(record);
  if (!wire.ok) return wire;
  const index = await readIndex(keyring, vaultId);
  if (!index.ok) return index;
  const changing = new Map(index.value).set(record.name, undefined);
  const marked = await writeIndex(keyring, vaultId, changing);
  if (!marked.ok) return marked;
  const account = secretAccount(vaultId, record.name);
  const written = await keyring.set(account, sealEntry(account, { ...wire.value }));
  if (!written.ok) return written;
  const { fields, createdAtMs, updatedAtMs } = infoOf(record);
  changing.set(record.name, { fields: [...fields], createdAtMs, updatedAtMs });
  return await writeIndex(keyring, vaultId, changing);
}

async function removeRecord(
  { keyring, vaultId }: KeyringStoreOptions,
  name: SecretName,
): Promise<Result<boolean, VaultFailure>> {
  const index = await readIndex(keyring, vaultId);
  if (!index.ok) return index;
  const account = secretAccount(vaultId, name);
  if (!index.value.has(name)) return await keyring.remove(account);
  const changing = new Map(index.value).set(name, undefined);
  const marked = await writeIndex(keyring, vaultId, changing);
  if (!marked.ok) return marked;
  const removed = await keyring.remove(account);
  if (!removed.ok) return removed;
  changing.delete(name);
  const written = await writeIndex(keyring, vaultId, changing);
  return written.ok ? removed : written;
}

async function infosOf(
  options: KeyringStoreOptions,
  index: KeyringIndex,
): Promise<Result<readonly SecretInfo[], VaultFailure>> {
  const infos: SecretInfo[] = [];
  for (const [name, indexed] of index) {
    if (indexed !== undefined) {
      infos.push({ name, ...indexed });
      continue;
    }
    const record = await readRecord(options, name);
    if (!record.ok) return record;
    if (record.value !== undefined) infos.push(infoOf(record.value));
  }
  return ok(infos.sort(byName));
}
