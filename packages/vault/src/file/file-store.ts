import { join } from 'node:path';
import { type Disk, writeAtomically } from '@postern/disk';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';
import type { KdfCosts } from '../kdf-costs.ts';
import { recordsToWire, recordToWire, type RecordWire } from '../record-wire.ts';
import { byName, infoOf, type SecretStore } from '../secret-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import { readVerifiedSlots } from '../slots/read-slots.ts';
import type { VaultFailure } from '../vault-failure.ts';
import {
  NEXT_SECRETS_FILE,
  openSecrets,
  SECRETS_FILE,
  SECRETS_KIND,
  sealSecrets,
  type OpenedSecrets,
} from './secrets-file.ts';
import type { VaultLock } from '../vault-lock.ts';

export interface FileStoreOptions {
  /** The vault's directory, which contains `secrets.jwe.json`. */
  readonly directory: string;
  readonly disk: Disk;
  readonly lock: VaultLock;
  readonly randomness: Randomness;
  readonly kdfCosts: KdfCosts;
  readonly dataKey: DataKey;
  /** Detects a rollback of the file. Without it, a rollback isn't noticed. */
  readonly generations?: StoreGenerations;
}

/** Tracks the generation of the secrets file. */
export interface StoreGenerations {
  /** The newest known generation. */
  newest(): Promise<Result<number, VaultFailure>>;
  /** Checks for a rollback before the file is written. The caller holds the lock. */
  beforeWrite(): Promise<Result<unknown, VaultFailure>>;
  /** Records the new generation after the file was written. The caller holds the lock. */
  afterWrite(): Promise<Result<unknown, VaultFailure>>;
}

/**
 * Secrets in one encrypted file. Each call reads the file again, so it sees the changes of other
 * processes. A missing or unreadable file is `vault-damaged`, never an empty store.
 */
export function fileStore(options: FileStoreOptions): SecretStore {
  return {
    get: async (name) => {
      const opened = await readNewest(options);
      return opened.ok ? ok(opened.value.secrets.get(name)) : opened;
    },
    list: async () => {
      const opened = await readNewest(options);
      return opened.ok ? ok([...opened.value.secrets.values()].map(infoOf).sort(byName)) : opened;
    },
    put: async (record) => {
      const wire = recordToWire(record);
      if (!wire.ok) return wire;
      return await rewrite(options, (secrets) => {
        secrets.set(record.name, wire.value);
        return ok();
      });
    },
    remove: (name) => rewrite(options, (secrets) => ok(secrets.delete(name))),
  };
}

/** Reads the newest generation before the file: the file may become newer in between, but not older. */
async function readNewest(options: FileStoreOptions): Promise<Result<OpenedSecrets, VaultFailure>> {
  const newest = (await options.generations?.newest()) ?? ok(0);
  if (!newest.ok) return newest;
  const opened = await readSecrets(options);
  if (!opened.ok || opened.value.generation >= newest.value) return opened;
  return failed({ reason: 'rolled-back', file: SECRETS_FILE, how: 'older' });
}

type Place = Pick<FileStoreOptions, 'directory' | 'disk' | 'dataKey' | 'kdfCosts'>;

/**
 * Reads and opens the secrets file. If it is encrypted with a different data key, fails with
 * `vault-locked` if the vault has a new data key, and with `vault-damaged` if only the file does.
 */
export async function readSecrets(place: Place): Promise<Result<OpenedSecrets, VaultFailure>> {
  const opened = await readOnce(place);
  if (opened.ok || opened.failure.reason !== 'vault-locked') return opened;
  // During a rekey, the new slots are in place before the new secrets file is.
  const names = await place.disk.list(place.directory);
  if (!names.ok) return names;
  if (names.value.includes(NEXT_SECRETS_FILE)) return failed({ reason: 'vault-busy' });
  const again = await readOnce(place);
  if (again.ok || again.failure.reason !== 'vault-locked') return again;
  const slots = await readVerifiedSlots(place, place.dataKey);
  return slots.ok
    ? failed({ reason: 'vault-damaged', file: SECRETS_FILE, damage: 'other-key' })
    : slots;
}

async function readOnce({
  directory,
  disk,
  dataKey,
  kdfCosts,
}: Place): Promise<Result<OpenedSecrets, VaultFailure>> {
  const bytes = await disk.read(join(directory, SECRETS_FILE), SECRETS_KIND.maxBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) {
    return failed({ reason: 'vault-damaged', file: SECRETS_FILE, damage: 'missing' });
  }
  return await openSecrets(bytes.value, dataKey, kdfCosts);
}

async function rewrite<T>(
  options: FileStoreOptions,
  change: (secrets: Map<SecretName, RecordWire>) => Result<T, VaultFailure>,
): Promise<Result<T, VaultFailure>> {
  return await options.lock.hold(async () => {
    const checked = await options.generations?.beforeWrite();
    if (checked?.ok === false) return checked;
    const opened = await readSecrets(options);
    if (!opened.ok) return opened;
    const before = recordsToWire(opened.value.secrets.values());
    if (!before.ok) return before;
    const changed = change(before.value);
    if (!changed.ok) return changed;
    const { dataKey, directory, disk, randomness } = options;
    const generation = opened.value.generation + 1;
    const bytes = await sealSecrets(dataKey, opened.value.contentKey, before.value, generation);
    if (bytes.length > SECRETS_KIND.maxBytes) {
      return failed({ reason: 'secret-invalid', problem: 'too-large' });
    }
    const written = await writeAtomically(disk, join(directory, SECRETS_FILE), bytes, randomness);
    if (!written.ok) return written;
    const recorded = await options.generations?.afterWrite();
    return recorded?.ok === false ? recorded : changed;
  });
}
