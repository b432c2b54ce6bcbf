import { join } from 'node:path';
import { writeAtomically } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import {
  NEXT_SECRETS_FILE,
  openSecrets,
  SECRETS_FILE,
  SECRETS_KIND,
  sealSecrets,
  type OpenedSecrets,
} from '../file/secrets-file.ts';
import type { ContentKey } from '../file/recipients.ts';
import { recordsToWire } from '../record-wire.ts';
import type { SecretRecord } from '../secret-store.ts';
import type { DataKey } from '../slots/data-key.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { VaultContext } from './vault-context.ts';

type Place = Pick<VaultContext, 'disk' | 'directory' | 'randomness' | 'kdfCosts'>;

/** Writes the new secrets file next to the current one, and verifies it. */
export async function stageSecrets(
  { disk, directory, randomness, kdfCosts }: Place,
  dataKey: DataKey,
  contentKey: ContentKey,
  records: Iterable<SecretRecord>,
  generation: number,
): Promise<Result<undefined, VaultFailure>> {
  const wires = recordsToWire(records);
  if (!wires.ok) return wires;
  const bytes = await sealSecrets(dataKey, contentKey, wires.value, generation);
  const path = join(directory, NEXT_SECRETS_FILE);
  const written = await writeAtomically(disk, path, bytes, randomness);
  if (!written.ok) return written;
  const staged = await readStagedSecrets({ disk, directory, kdfCosts }, dataKey);
  if (!staged.ok) return staged;
  return staged.value?.secrets.size === wires.value.size
    ? ok()
    : failed({ reason: 'copy-differs' });
}

/** Undefined if nothing is staged. */
export async function readStagedSecrets(
  { disk, directory, kdfCosts }: Pick<Place, 'disk' | 'directory' | 'kdfCosts'>,
  dataKey: DataKey,
): Promise<Result<OpenedSecrets | undefined, VaultFailure>> {
  const bytes = await disk.read(join(directory, NEXT_SECRETS_FILE), SECRETS_KIND.maxBytes);
  if (!bytes.ok) return bytes;
  return bytes.value === undefined
    ? ok(undefined)
    : await openSecrets(bytes.value, dataKey, kdfCosts);
}

/** Replaces the secrets file with the staged one, if there is one. */
export async function commitStagedSecrets({
  disk,
  directory,
}: Pick<Place, 'disk' | 'directory'>): Promise<Result<undefined, VaultFailure>> {
  const names = await disk.list(directory);
  if (!names.ok) return names;
  if (!names.value.includes(NEXT_SECRETS_FILE)) return ok();
  const next = join(directory, NEXT_SECRETS_FILE);
  const moved = await disk.rename(next, join(directory, SECRETS_FILE));
  return moved.ok ? await disk.syncDirectory(directory) : moved;
}

export async function removeStagedSecrets({
  disk,
  directory,
}: Pick<Place, 'disk' | 'directory'>): Promise<Result<undefined, VaultFailure>> {
  const removed = await disk.remove(join(directory, NEXT_SECRETS_FILE));
  return removed.ok ? ok() : removed;
}
