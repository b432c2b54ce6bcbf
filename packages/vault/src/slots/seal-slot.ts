import type { Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { NONCE_BYTES, openGcm, sealGcm } from '../primitives/aes-gcm.ts';
import { DataKey } from './data-key.ts';
import type { Slot } from './slot.ts';

/** What a slot says before the data key is sealed into it. */
export type SlotHeader = Pick<Slot, 'id' | 'kind' | 'kdf' | 'createdAtMs'>;

export interface SlotSeal {
  readonly nonce: string;
  readonly wrapped: string;
}

/** Encrypts the data key under the key of one slot, which is overwritten. */
export function sealSlot(
  header: SlotHeader,
  kek: Uint8Array,
  dataKey: DataKey,
  randomness: Randomness,
): SlotSeal {
  const nonce = randomness.bytes(NONCE_BYTES);
  const associated = boundTo(dataKey.vaultId, dataKey.id, header);
  const wrapped = dataKey.expose((bytes) => sealGcm(kek, nonce, associated, bytes));
  kek.fill(0);
  return {
    nonce: Buffer.from(nonce).toString('base64url'),
    wrapped: wrapped.toString('base64url'),
  };
}

/**
 * The data key in a slot; undefined where `kek` is not its key or anything in it was changed. `kek` is
 * overwritten.
 */
export function openSlot(
  slot: Slot,
  kek: Uint8Array,
  vaultId: VaultId,
  dataKeyId: string,
): DataKey | undefined {
  const nonce = Buffer.from(slot.nonce, 'base64url');
  const wrapped = Buffer.from(slot.wrapped, 'base64url');
  const bytes = openGcm(kek, nonce, boundTo(vaultId, dataKeyId, slot), wrapped);
  kek.fill(0);
  return bytes && new DataKey(vaultId, dataKeyId, bytes);
}

/**
 * The associated data: a sealed key opens only in its own vault, slot, purpose and cost. The members
 * stand in the order in which the file has them.
 */
function boundTo(vaultId: VaultId, dataKeyId: string, slot: SlotHeader): Buffer {
  const { id, kind, kdf, createdAtMs } = slot;
  const parts = ['postern-slot', 1, 'data-key', vaultId, dataKeyId, id, kind, createdAtMs];
  return Buffer.from(JSON.stringify([...parts, ...Object.values(kdf)]), 'utf8');
}
