import { Fault, revealSecret, type Secret } from '@postern/kernel';

const RAW_KEY = /^[0-9a-f]{64}$/;

/**
 * A raw 256-bit key in the form that SQLCipher accepts as a key and not as a passphrase: 64 hex digits
 * in `x'…'`. Nothing but hex digits can be between the quotes. The caller wipes the buffer.
 */
export function rawKeyForm(key: Secret): Buffer {
  return Buffer.from(`x'${hexOf(key)}'`, 'latin1');
}

/** The key as 32 bytes. The caller wipes the buffer. */
export function rawKeyBytes(key: Secret): Buffer {
  return Buffer.from(hexOf(key), 'hex');
}

function hexOf(key: Secret): string {
  const hex = revealSecret(key).toLowerCase();
  if (!RAW_KEY.test(hex)) throw new Fault('a database key is 64 hex digits');
  return hex;
}
