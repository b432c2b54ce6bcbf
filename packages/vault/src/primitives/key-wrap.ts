import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Secret } from '@postern/kernel';
import { withPassphraseBytes } from '../passphrase.ts';
import { pbkdf2Sha512 } from './key-derivation.ts';

const CIPHER = 'id-aes256-wrap';
/** The initial value of RFC 3394 §2.2.3.1. Unwrapping checks it to detect a wrong key. */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6);

/** The `alg` names of RFC 7518 §4.4 and §4.8. */
export const KEY_WRAP = 'A256KW';
export const PBES2 = 'PBES2-HS512+A256KW';

/** AES key wrap (RFC 3394) of a key of 32 bytes. */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, kek, INITIAL_VALUE);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

/** The unwrapped key of 32 bytes; undefined if `kek` is wrong or the wrapped key was altered. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  try {
    const decipher = createDecipheriv(CIPHER, kek, INITIAL_VALUE);
    const key = Buffer.concat([decipher.update(wrapped), decipher.final()]);
    return key.length === 32 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Derives the wrapping key of `PBES2-HS512+A256KW`. */
export async function pbes2Kek(passphrase: Secret, p2s: string, p2c: number): Promise<Buffer> {
  const algorithm = Buffer.from(`${PBES2}\0`, 'utf8');
  const salt = Buffer.concat([algorithm, Buffer.from(p2s, 'base64url')]);
  return await withPassphraseBytes(passphrase, (bytes) => pbkdf2Sha512(bytes, salt, p2c, 32));
}
