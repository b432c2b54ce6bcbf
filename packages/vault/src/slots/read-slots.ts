import { join } from 'node:path';
import { type Disk, writeAtomically } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import type { Randomness } from '@postern/kernel';
import type { KdfCosts } from '../kdf-costs.ts';
import type { VaultFailure } from '../vault-failure.ts';
import type { DataKey } from './data-key.ts';
import { decodeSlots, encodeSlots, MAX_SLOTS_BYTES, SLOTS_FILE } from './slots-file.ts';
import type { SlotsHeader, UnverifiedSlots } from './slots-file.ts';

/** The location of a vault's files. */
interface Place {
  readonly disk: Disk;
  readonly directory: string;
  readonly kdfCosts: KdfCosts;
}

/** The vault's header as it is on disk; undefined if there is no vault. */
export async function readSlots({
  disk,
  directory,
  kdfCosts,
}: Place): Promise<Result<UnverifiedSlots | undefined, VaultFailure>> {
  const bytes = await disk.read(join(directory, SLOTS_FILE), MAX_SLOTS_BYTES);
  if (!bytes.ok) return bytes;
  return bytes.value === undefined ? ok(undefined) : decodeSlots(bytes.value, kdfCosts);
}

/**
 * The header, verified with the data key. Fails with `vault-locked` if another process has given the
 * vault a new data key since it was unlocked here.
 */
export async function readVerifiedSlots(
  place: Place,
  dataKey: DataKey,
): Promise<Result<SlotsHeader, VaultFailure>> {
  const slots = await readSlots(place);
  if (!slots.ok) return slots;
  if (slots.value === undefined) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'missing' });
  }
  const { header } = slots.value;
  if (header.vaultId !== dataKey.vaultId) {
    return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'foreign' });
  }
  if (header.dataKeyId !== dataKey.id) return failed({ reason: 'vault-locked' });
  if (slots.value.isVerifiedBy(dataKey)) return ok(header);
  return failed({ reason: 'vault-damaged', file: SLOTS_FILE, damage: 'altered' });
}

/** The caller holds the lock. */
export async function writeSlots(
  { disk, directory, randomness }: Omit<Place, 'kdfCosts'> & { readonly randomness: Randomness },
  header: SlotsHeader,
  dataKey: DataKey,
): Promise<Result<undefined, VaultFailure>> {
  const bytes = encodeSlots(header, dataKey);
  return await writeAtomically(disk, join(directory, SLOTS_FILE), bytes, randomness);
}
