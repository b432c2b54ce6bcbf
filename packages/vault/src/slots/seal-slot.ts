import type { Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { NONCE_BYTES, openGcm, sealGcm } from '../primitives/aes-gcm.ts';
import { DataKey } from './data-key.ts';
import type { Slot } from './slot.ts';

/** A slot without the sealed data key. */
export type SlotHeader = Pick<Slot, 'id' | 'kind' | 'kdf' | 'createdAtMs'>;

export interface SlotSeal {
  readonly nonce: string;
  readonly wrapped: string;
}

/** Encrypts the data key under the key of one slot. Overwrites `kek`. */
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

/** The data key in a slot; undefined if `kek` is wrong or the slot was altered. Overwrites `kek`. */
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
 * The associated data, which binds a sealed key to its vault, slot, purpose and derivation costs.
 * The order of the members is the order in the file.
 */
function boundTo(vaultId: VaultId, dataKeyId: string, slot: SlotHeader): Buffer {
  const { id, kind, kdf, createdAtMs } = slot;
  const parts = ['postern-slot', 1, 'data-key', vaultId, dataKeyId, id, kind, createdAtMs];
  return Buffer.from(JSON.stringify([...parts, ...Object.values(kdf)]), 'utf8');
}
