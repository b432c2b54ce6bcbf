import { hkdfSync, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

const pbkdf2Async = promisify(pbkdf2);

/** Derives a key from another key by HKDF-SHA256 (RFC 5869). */
export function hkdfSha256(
  key: Uint8Array,
  salt: string | Uint8Array,
  info: string | Uint8Array,
  length: number,
): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length));
}

/** PBKDF2-HMAC-SHA512 (RFC 8018 §5.2), off the event loop. */
export async function pbkdf2Sha512(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Promise<Buffer> {
  return await pbkdf2Async(password, salt, iterations, length, 'sha512');
}
