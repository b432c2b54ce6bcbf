import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Fault } from '@postern/kernel';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** The lengths that NIST SP 800-38D recommends: others weaken the cipher. */
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Returns the ciphertext followed by the tag. Never use a nonce twice under one key. */
export function sealGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  checkLengths(key, nonce);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext; undefined if the key, nonce, associated data or any byte of `sealed` is wrong. */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  sealed: Uint8Array,
): Buffer | undefined {
  checkLengths(key, nonce);
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}

function checkLengths(key: Uint8Array, nonce: Uint8Array): void {
  if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES) {
    throw new Fault('AES-256-GCM takes a key of 32 bytes and a nonce of 12');
  }
}
