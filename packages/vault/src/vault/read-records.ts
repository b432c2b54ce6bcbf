import { isDeepStrictEqual } from 'node:util';
import { failed, ok, type Result } from '@postern/kernel';
import { recordToWire } from '../record-wire.ts';
import type { SecretRecord, SecretStore } from '../secret-store.ts';
import type { VaultFailure } from '../vault-failure.ts';

/** All records of a store, sorted by name. */
export async function readRecords(
  store: SecretStore,
): Promise<Result<readonly SecretRecord[], VaultFailure>> {
  const infos = await store.list();
  if (!infos.ok) return infos;
  const records: SecretRecord[] = [];
  for (const { name } of infos.value) {
    const record = await store.get(name);
    if (!record.ok) return record;
    // Undefined if the entry was removed by hand after listing.
    if (record.value !== undefined) records.push(record.value);
  }
  return ok(records);
}

/** Fails with `copy-differs` if a store doesn't contain exactly these records. */
export async function expectRecords(
  store: SecretStore,
  expected: readonly SecretRecord[],
): Promise<Result<undefined, VaultFailure>> {
  const found = await readRecords(store);
  if (!found.ok) return found;
  const same = isDeepStrictEqual(found.value.map(comparable), expected.map(comparable));
  return same ? ok() : failed({ reason: 'copy-differs' });
}

function comparable(record: SecretRecord): unknown {
  const wire = recordToWire(record);
  return wire.ok ? [record.name, wire.value] : [];
}
