import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { decodeUtf8 } from '@postern/kernel';

const pbkdf2Async = promisify(pbkdf2);

const VERSION = 0x80;
const HEADER_BYTES = 1 + 8 + 16;
const MAC_BYTES = 32;
const BLOCK_BYTES = 16;

/** A key of 32 bytes: 16 to sign, 16 to encrypt. */
export type FernetKey = Uint8Array;

export interface OpenedFernet {
  readonly text: string;
  readonly createdAtMs: number;
}

/** Decodes a token, base64url with padding. White space around it is ignored. */
export function fernetBytes(token: Uint8Array): Buffer | undefined {
  const text = Buffer.from(token).toString('latin1').trim();
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const padded = bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const cipherBytes = bytes.length - HEADER_BYTES - MAC_BYTES;
  const isWhole = cipherBytes >= BLOCK_BYTES && cipherBytes % BLOCK_BYTES === 0;
  return padded === text && isWhole && bytes[0] === VERSION ? bytes : undefined;
}

/**
 * Opens a Fernet token (github.com/fernet/spec): 0x80, time, IV, AES-128-CBC ciphertext, and an
 * HMAC-SHA-256 of all that, which is checked first. Undefined if the key is wrong.
 */
export function openFernet(bytes: Buffer, key: FernetKey): OpenedFernet | undefined {
  const signed = bytes.subarray(0, -MAC_BYTES);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  if (!timingSafeEqual(mac, bytes.subarray(-MAC_BYTES))) return undefined;
  const iv = bytes.subarray(9, HEADER_BYTES);
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), iv);
  try {
    const plain = Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
    const text = decodeUtf8(plain);
    const createdAtMs = Number(bytes.readBigUInt64BE(1)) * 1000;
    return text === undefined ? undefined : { text, createdAtMs };
  } catch {
    // The MAC is correct but the padding isn't, so the token is malformed.
    return undefined;
  }
}

/** Derives a Fernet key by PBKDF2-HMAC-SHA-256. */
export async function deriveFernetKey(
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
): Promise<FernetKey> {
  return await pbkdf2Async(password, salt, iterations, 32, 'sha256');
}

/** Parses a Fernet key: 32 bytes in base64url. */
export function parseFernetKey(bytes: Uint8Array): FernetKey | undefined {
  const text = Buffer.from(bytes).toString('latin1').trim();
  const key = Buffer.from(text, 'base64url');
  return /^[A-Za-z0-9_-]{43}=?$/.test(text) && key.length === 32 ? key : undefined;
}
