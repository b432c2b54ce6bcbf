/*
 * An independent reader of the vault, written only from docs/formats/vault.md and
 * docs/formats/audit.md. It shares no code with the product: if the two disagree, a document or the
 * product is wrong.
 */
import { argon2Sync, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { hkdfSync, pbkdf2Sync } from 'node:crypto';
import type * as written from './written-shapes.ts';

export type Way =
  | { readonly passphrase: string; readonly salts?: ReadonlyMap<string, string> }
  | { readonly recoveryCode: string }
  | { readonly machineId: string; readonly salts: ReadonlyMap<string, string> };

export interface Keys {
  readonly vaultId: string;
  readonly dataKey: Buffer;
  readonly stableKey: Buffer;
}

const bytesOf = (text: string) => Buffer.from(text, 'base64url');
const hkdf = (key: Buffer, salt: string | Buffer, info: string) =>
  Buffer.from(hkdfSync('sha256', key, salt, info, 32));
const hmac = (key: Buffer, bytes: string | Buffer) => createHmac('sha256', key).update(bytes);
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/** Derives a key for one purpose outside the vault from the data key or the stable key. */
export function keyFor(root: Buffer, vaultId: string, purpose: string): Buffer {
  return hkdf(root, vaultId, `postern/v1/app/${purpose}`);
}

/** Throws if the last field, `digest`, isn't the digest of the bytes before it. */
export function checkDigest(text: string, digest: string): void {
  if (sha256(text.slice(0, text.lastIndexOf(',"digest":'))) !== digest) throw new Error('damaged');
}

/** Verifies an anchor: it belongs to this vault and was written with the stable key. */
export function checkAnchor(text: string, anchor: written.Anchor, keys: Keys): void {
  checkDigest(text, anchor.digest);
  const macKey = hkdf(keys.stableKey, keys.vaultId, 'postern/v1/anchor-mac');
  const mac = hmac(macKey, text.slice(0, text.lastIndexOf(',"mac":'))).digest('base64url');
  if (mac !== anchor.mac || anchor.vaultId !== keys.vaultId) throw new Error('tampered with');
}

/** Decrypts `slots.json` with the given slot and verifies its digest. */
export function openHeader(text: string, header: written.Header, way: Way): Keys {
  checkDigest(text, header.digest);
  const { vaultId, dataKeyId, lasting } = header;
  for (const slot of header.slots) {
    const wrapping = wrappingKey(slot, way);
    if (wrapping === undefined) continue;
    const { id, kind, createdAtMs, kdf } = slot;
    const bound = ['postern-slot', 1, 'data-key', vaultId, dataKeyId, id, kind, createdAtMs];
    const dataKey = openGcm(wrapping, slot, [...bound, ...Object.values(kdf)]);
    const macKey = hkdf(dataKey, vaultId, 'postern/v1/slots-mac');
    const mac = hmac(macKey, text.slice(0, text.lastIndexOf(',"mac":'))).digest('base64url');
    if (mac !== header.mac) throw new Error('tampered with');
    const stableWrap = hkdf(dataKey, vaultId, 'postern/v1/lasting-key');
    const stableBound = ['postern-lasting-key', 1, vaultId, dataKeyId];
    return { vaultId, dataKey, stableKey: openGcm(stableWrap, lasting, stableBound) };
  }
  throw new Error('no such slot');
}

function argon2({ memoryKiB: memory, passes, lanes, salt }: written.Argon2, text: string): Buffer {
  const message = Buffer.from(text.normalize('NFC'));
  const cost = { memory, passes, parallelism: lanes, tagLength: 32 };
  return argon2Sync('argon2id', { ...cost, message, nonce: bytesOf(salt) });
}

function wrappingKey({ kind, kdf, id }: written.Slot, way: Way): Buffer | undefined {
  if (kind === 'passphrase' && 'passphrase' in way) return argon2(kdf, way.passphrase);
  if (kind === 'keyring-passphrase' && 'passphrase' in way) {
    const both = [argon2(kdf, way.passphrase), bytesOf(way.salts?.get(id) ?? '')];
    const info = 'postern/v1/keyring-passphrase-slot';
    return hkdf(Buffer.concat(both), bytesOf(kdf.salt), info);
  }
  if (kind === 'recovery' && 'recoveryCode' in way) {
    return hkdf(bech32m(way.recoveryCode), bytesOf(kdf.salt), 'postern/v1/recovery-slot');
  }
  if (kind !== 'keyring' || !('machineId' in way)) return undefined;
  const salt = bytesOf(way.salts.get(id) ?? '');
  return pbkdf2Sync(way.machineId, salt, kdf.iterations, 32, 'sha512');
}

/** AES-256-GCM. The tag follows the ciphertext, and the associated data is a JSON array. */
function openGcm(key: Buffer, sealed: written.Sealed, bound: readonly unknown[]): Buffer {
  const wrapped = bytesOf(sealed.wrapped);
  const cipher = createDecipheriv('aes-256-gcm', key, bytesOf(sealed.nonce));
  cipher.setAAD(Buffer.from(JSON.stringify(bound))).setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([cipher.update(wrapped.subarray(0, -16)), cipher.final()]);
}

/** Decrypts the next data key from the journal of a data key change. */
export function openNextKey(old: Keys, sealed: written.Sealed, bound: readonly unknown[]): Buffer {
  return openGcm(hkdf(old.dataKey, old.vaultId, 'postern/v1/next-key'), sealed, bound);
}

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** BIP 350 over the human-readable part `postern`. */
function bech32m(code: string): Buffer {
  const bare = code
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replace(/^postern1/, '');
  const digits = Array.from(bare, (character) => ALPHABET.indexOf(character));
  const prefix = [...Buffer.from('postern')];
  const expanded = [...prefix.map((byte) => byte >> 5), 0, ...prefix.map((byte) => byte & 31)];
  const sum = [...expanded, ...digits].reduce((check, digit) => {
    const top = check >>> 25;
    const flips = GENERATOR.filter((_, bit) => ((top >> bit) & 1) === 1);
    return flips.reduce((all, flip) => all ^ flip, ((check & 0x1ffffff) << 5) ^ digit);
  }, 1);
  if (sum !== 0x2bc830a3 || digits.includes(-1)) throw new Error('mistyped');
  const bits = digits
    .slice(0, -6)
    .map((digit) => digit.toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from(
    bits
      .slice(0, 128)
      .match(/.{8}/g)
      ?.map((byte) => Number.parseInt(byte, 2)) ?? [],
  );
}

/** Decrypts a JWE of the vault with its passphrase or with the data key. */
export function openJwe(jwe: written.Jwe, way: { passphrase: string } | Keys): string {
  const recipient = jwe.recipients.find(({ header }) => 'p2s' in header === 'passphrase' in way);
  if (recipient === undefined) throw new Error('no such recipient');
  if (bytesOf(jwe.aad).toString('base64url') !== sha256(JSON.stringify(jwe.recipients))) {
    throw new Error('recipients were changed');
  }
  const key = unwrap(jweWrappingKey(recipient.header, way), bytesOf(recipient.encrypted_key));
  const cipher = createDecipheriv('aes-256-gcm', key, bytesOf(jwe.iv));
  cipher.setAAD(Buffer.from(`${jwe.protected}.${jwe.aad}`)).setAuthTag(bytesOf(jwe.tag));
  return cipher.update(jwe.ciphertext, 'base64url', 'utf8') + cipher.final('utf8');
}

function jweWrappingKey(
  header: written.RecipientHeader,
  way: { passphrase: string } | Keys,
): Buffer {
  if ('dataKey' in way) return hkdf(way.dataKey, way.vaultId, 'postern/v1/secrets-file');
  if (!('p2s' in header)) throw new Error('not a passphrase recipient');
  // RFC 7518 §4.8.1.1: the algorithm's name and a zero byte precede the salt.
  const salt = Buffer.concat([Buffer.from(`${header.alg}\0`), bytesOf(header.p2s)]);
  return pbkdf2Sync(way.passphrase.normalize('NFC'), salt, header.p2c, 32, 'sha512');
}

/** RFC 3394 with the initial value of its §2.2.3.1. */
function unwrap(wrapping: Buffer, wrapped: Buffer): Buffer {
  const cipher = createDecipheriv('id-aes256-wrap', wrapping, Buffer.alloc(8, 0xa6));
  return Buffer.concat([cipher.update(wrapped), cipher.final()]);
}

/**
 * Returns the number of records in an intact log of one segment. The key is the one for
 * `audit/log`.
 */
export function verifyAudit(
  key: Buffer,
  head: written.AuditHead,
  headText: string,
  log: string,
): number {
  const check = (line: string, mac: string, purpose: string) => {
    const own = hmac(hkdf(key, '', `postern audit ${purpose} v1`), line.slice(0, -74));
    if (own.digest('hex') !== mac) throw new Error('altered');
  };
  check(headText.trimEnd(), head.mac, 'head');
  let last = '0'.repeat(64);
  const lines = log.split('\n').slice(0, -1);
  for (const line of lines) {
    const [, prev, mac = ''] = /,"prev":"(\w{64})","mac":"(\w{64})"\}$/.exec(line) ?? [];
    if (prev !== last) throw new Error('broken');
    check(line, mac, 'record');
    last = mac;
  }
  if (lines.length !== head.seq || last !== head.last) throw new Error('cut off');
  return lines.length;
}
