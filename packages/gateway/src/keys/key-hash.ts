import { revealSecret, type Secret } from '@postern/kernel';
import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

/** Computes the stored hash of a token: HMAC-SHA256 with a key from the vault. */
export type KeyHasher = (text: string) => Buffer;

const HASH_KEY = /^[0-9a-f]{64}$/;

/**
 * @param hashKey 64 hexadecimal digits derived from the vault. Without it, an attacker with the database can
 * neither test guesses nor add a key.
 */
export function keyHasher(hashKey: Secret): KeyHasher {
  const hex = revealSecret(hashKey);
  if (!HASH_KEY.test(hex)) throw new TypeError('a hash key is 64 hexadecimal digits');
  const key = createSecretKey(hex, 'hex');
  return (text) => createHmac('sha256', key).update(text).digest();
}

/**
 * A token's key in the in-memory cache. Costs a fifth of the stored hash. A plain digest is enough, because a
 * token has 256 random bits.
 */
export function cacheDigest(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Compares two hashes in constant time. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
