import type { Randomness } from '@postern/kernel';
import { NONCE_BYTES, openGcm, sealGcm } from '../primitives/aes-gcm.ts';
import { DataKey } from './data-key.ts';

/** The new data key, encrypted under a key derived from the old one. */
export interface SealedNextKey {
  readonly nonce: string;
  readonly wrapped: string;
}

const PURPOSE = 'postern/v1/next-key';

/** While this is in the journal, any process that opens the old key can finish the rekey. */
export function sealNextKey(old: DataKey, next: DataKey, randomness: Randomness): SealedNextKey {
  const nonce = randomness.bytes(NONCE_BYTES);
  const wrapped = next.expose((bytes) =>
    sealGcm(old.derive(PURPOSE), nonce, boundTo(old, next.id), bytes),
  );
  return {
    nonce: Buffer.from(nonce).toString('base64url'),
    wrapped: wrapped.toString('base64url'),
  };
}

/** Undefined if it wasn't sealed under `old`. */
export function openNextKey(
  sealed: SealedNextKey,
  old: DataKey,
  nextId: string,
): DataKey | undefined {
  const nonce = Buffer.from(sealed.nonce, 'base64url');
  const wrapped = Buffer.from(sealed.wrapped, 'base64url');
  const bytes = openGcm(old.derive(PURPOSE), nonce, boundTo(old, nextId), wrapped);
  return bytes && new DataKey(old.vaultId, nextId, bytes);
}

function boundTo({ vaultId, id }: DataKey, nextId: string): Buffer {
  return Buffer.from(JSON.stringify(['postern-next-key', 1, vaultId, id, nextId]), 'utf8');
}
