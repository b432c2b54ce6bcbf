import {
  failed,
  ok,
  revealSecret,
  Secret,
  type Clock,
  type Randomness,
  type Result,
} from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { DEFAULT_FIELD, singleValue, type SecretStore } from '../secret-store.ts';
import type { VaultFailure } from '../vault-failure.ts';

const PREFIX = 'postern-test-';

/**
 * Writes a secret that means nothing, reads it back, compares and removes it, in the storage in force.
 * Those that a killed test left go as well.
 */
export async function testStorage(
  store: SecretStore,
  clock: Clock,
  randomness: Randomness,
): Promise<Result<undefined, VaultFailure>> {
  const cleaned = await removeProbes(store);
  if (!cleaned.ok) return cleaned;
  const name = secretName.from(PREFIX + Buffer.from(randomness.bytes(8)).toString('hex'));
  const value = Buffer.from(randomness.bytes(24)).toString('base64url');
  const written = await store.put(singleValue(name, Secret.of(value), clock.nowMs()));
  if (!written.ok) return written;
  const read = await store.get(name);
  const removed = await store.remove(name);
  if (!read.ok) return read;
  if (!removed.ok) return removed;
  const found = read.value?.fields.get(DEFAULT_FIELD);
  const same = found !== undefined && revealSecret(found) === value && removed.value;
  return same ? ok() : failed({ reason: 'copy-differs' });
}

async function removeProbes(store: SecretStore): Promise<Result<undefined, VaultFailure>> {
  const infos = await store.list();
  if (!infos.ok) return infos;
  for (const { name } of infos.value.filter((info) => info.name.startsWith(PREFIX))) {
    const removed = await store.remove(name);
    if (!removed.ok) return removed;
  }
  return ok();
}
