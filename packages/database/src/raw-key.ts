import { Fault, revealSecret, type Secret } from '@postern/kernel';

const RAW_KEY = /^[0-9a-f]{64}$/;

/**
 * The bytes by which SQLite is given a raw 256-bit key: `x'…'` around 64 hex digits, the form that
 * SQLCipher takes as a key and not as a passphrase. Nothing but hex digits can come between the
 * quotes. The caller wipes the buffer after use.
 */
export function rawKeyForm(key: Secret): Buffer {
  return Buffer.from(`x'${hexOf(key)}'`, 'latin1');
}

/** The 32 bytes of the key itself. The caller wipes the buffer after use. */
export function rawKeyBytes(key: Secret): Buffer {
  return Buffer.from(hexOf(key), 'hex');
}

function hexOf(key: Secret): string {
  const hex = revealSecret(key).toLowerCase();
  if (!RAW_KEY.test(hex)) throw new Fault('a database key is 64 hex digits');
  return hex;
}
