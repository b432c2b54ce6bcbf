import { Secret, type Randomness } from '@postern/kernel';
import { crc32 } from 'node:zlib';
import type { KeyHasher } from './key-hash.ts';

/*
 * The text of a gateway key: `sk-postern-`, 43 characters of base 62 holding 256 random bits, and 8
 * hexadecimal digits: the CRC-32 of everything before them. With the fixed length and the checksum, a
 * mistyped key, or a scanner's false positive, is detected without the store.
 */

export const KEY_PREFIX = 'sk-postern-';
const RANDOM_BYTES = 32;
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 8;
const SHOWN_LENGTH = 4;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = new RegExp(`^${KEY_PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH}}[0-9a-f]{${CHECKSUM_LENGTH}}$`);
const TEXT_LENGTH = KEY_PREFIX.length + RANDOM_LENGTH + CHECKSUM_LENGTH;

export interface MintedKey {
  /** The token. It isn't stored. */
  readonly key: Secret;
  readonly hash: Buffer;
  /** How lists show the token: its last characters. */
  readonly hint: string;
}

export function mintKey(hashOf: KeyHasher, randomness: Randomness): MintedKey {
  let bits = 0n;
  for (const byte of randomness.bytes(RANDOM_BYTES)) bits = (bits << 8n) | BigInt(byte);
  const random = base62(bits, RANDOM_LENGTH);
  const body = KEY_PREFIX + random;
  const text = body + checksumOf(body);
  return { key: Secret.of(text), hash: hashOf(text), hint: hintOf(text) };
}

/** The part of a token that may be shown. */
export function hintOf(text: string): string {
  return `…${text.slice(-SHOWN_LENGTH)}`;
}

/** Whether a text has a key's form and checksum. It needn't be an existing key. */
export function isKeyText(text: string): boolean {
  if (text.length !== TEXT_LENGTH || !FORM.test(text)) return false;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return checksumOf(body) === text.slice(-CHECKSUM_LENGTH);
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(CHECKSUM_LENGTH, '0');
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let at = 0; at < length; at += 1) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
