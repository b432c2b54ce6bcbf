import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Randomness } from '@postern/kernel';
import type { VaultId } from '@postern/protocol';
import { DataKey } from './data-key.ts';
import type { Slot } from './slot.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a slot says before the data key is sealed into it. */
export type SlotHeader = Pick<Slot, 'id' | 'kind' | 'kdf' | 'createdAtMs'>;

export interface SlotSeal {
  readonly nonce: string;
  readonly wrapped: string;
}

/** Encrypts the data key under the key of one slot, AES-256-GCM (NIST SP 800-38D). */
export function sealSlot(
  header: SlotHeader,
  kek: Uint8Array,
  dataKey: DataKey,
  randomness: Randomness,
): SlotSeal {
  const nonce = randomness.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, kek, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(dataKey.vaultId, dataKey.id, header));
  const sealed = dataKey.expose((bytes) => Buffer.concat([cipher.update(bytes), cipher.final()]));
  return {
    nonce: Buffer.from(nonce).toString('base64url'),
    wrapped: Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url'),
  };
}

/** The data key in a slot; undefined where `kek` is not its key or anything in it was changed. */
export function openSlot(
  slot: Slot,
  kek: Uint8Array,
  vaultId: VaultId,
  dataKeyId: string,
): DataKey | undefined {
  const wrapped = Buffer.from(slot.wrapped, 'base64url');
  const nonce = Buffer.from(slot.nonce, 'base64url');
  const decipher = createDecipheriv(CIPHER, kek, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(vaultId, dataKeyId, slot));
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
  const bytes = decipher.update(wrapped.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    bytes.fill(0);
    return undefined;
  }
  return new DataKey(vaultId, dataKeyId, bytes);
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
