import { revealSecret, type Secret } from '@postern/kernel';
import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

/** Turns a key's text into what is stored and looked up: HMAC-SHA256 under a key of the vault. */
export type KeyHasher = (text: string) => Buffer;

const HASH_KEY = /^[0-9a-f]{64}$/;

/**
 * @param hashKey 64 hexadecimal digits derived from the vault. A copy of the table is worthless
 * without it: hashes can be neither checked against a guess nor made for a key of one's own.
 */
export function keyHasher(hashKey: Secret): KeyHasher {
  const hex = revealSecret(hashKey);
  if (!HASH_KEY.test(hex)) throw new TypeError('a hash key is 64 hexadecimal digits');
  const key = createSecretKey(hex, 'hex');
  return (text) => createHmac('sha256', key).update(text).digest();
}

/**
 * A key's place in a cache in memory, a fifth as dear as its stored hash. It needs no key of its own: a
 * gateway key has 256 random bits, which nobody finds from a digest.
 */
export function cacheDigest(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Compares two hashes in time that depends on their length alone. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
