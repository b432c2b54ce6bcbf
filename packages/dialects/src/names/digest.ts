import { encodeUtf8 } from '@postern/kernel';

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
/** 2^180 − 47, a prime: a whole digest is 36 characters of base 32. */
const MODULUS = (1n << 180n) - 47n;
const LENGTH = 36;

/**
 * A short name for a long text: its bytes, read as one number, modulo a prime. Two texts that differ
 * within 22 bytes in a row never meet; for others a collision is as likely as guessing 180 bits.
 * Not a cryptographic hash: whoever chooses both texts can make them collide.
 */
export function digestOf(text: string, length = LENGTH): string {
  let value = 1n;
  for (const byte of encodeUtf8(text)) value = ((value << 8n) | BigInt(byte)) % MODULUS;
  let digest = '';
  for (let at = 0; at < length; at += 1) {
    digest += BASE32.charAt(Number(value & 31n));
    value >>= 5n;
  }
  return digest;
}
