import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '@postern/kernel';
import { passphraseBytes } from '../passphrase.ts';

const pbkdf2Async = promisify(pbkdf2);
const CIPHER = 'id-aes256-wrap';
/** The initial value of RFC 3394 §2.2.3.1: unwrapping with the wrong key does not give it back. */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6);

/** AES key wrap (RFC 3394): `A256KW` of RFC 7518 §4.4. */
export function wrapKey(kek: Uint8Array, key: Uint8Array): string {
  const cipher = createCipheriv(CIPHER, kek, INITIAL_VALUE);
  return Buffer.concat([cipher.update(key), cipher.final()]).toString('base64url');
}

/** The wrapped key of 32 bytes; undefined where `kek` did not wrap it. */
export function unwrapKey(kek: Uint8Array, wrapped: string): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, kek, INITIAL_VALUE);
  try {
    const key = Buffer.concat([
      decipher.update(Buffer.from(wrapped, 'base64url')),
      decipher.final(),
    ]);
    return key.length === 32 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The key that `PBES2-HS512+A256KW` wraps with, RFC 7518 §4.8. */
export async function pbes2Kek(passphrase: Secret, p2s: string, p2c: number): Promise<Buffer> {
  const algorithm = Buffer.from(`${PBES2}\0`, 'utf8');
  const salt = Buffer.concat([algorithm, Buffer.from(p2s, 'base64url')]);
  return await pbkdf2Async(passphraseBytes(passphrase), salt, p2c, 32, 'sha512');
}

export const PBES2 = 'PBES2-HS512+A256KW';
export const KEY_WRAP = 'A256KW';
