import * as v from 'valibot';
import { isWithin, type KdfCosts } from '../kdf-costs.ts';

/** The length of a slot's salt. */
export const SALT_BYTES = 32;

/** Any positive integer; `hasAcceptedCosts` checks the bounds. */
const cost = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** Unpadded base64url of exactly `bytes` bytes. */
export function base64urlOf(bytes: number): v.GenericSchema<string, string> {
  const length = Math.ceil((bytes * 4) / 3);
  return v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/), v.length(length));
}

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sealed = {
  /** Identifies the slot: 12 random bytes. */
  id: base64urlOf(12),
  createdAtMs: time,
  /** AES-256-GCM, 12 bytes. */
  nonce: base64urlOf(12),
  /** The encrypted data key (32 bytes) and the tag (16 bytes). */
  wrapped: base64urlOf(48),
};

export const SlotSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('keyring'),
    /** PBKDF2-HMAC-SHA512 (RFC 8018) of the machine's id. The salt is stored only in the keyring. */
    kdf: v.strictObject({
      name: v.literal('pbkdf2-hmac-sha512'),
      iterations: cost,
    }),
    ...sealed,
  }),
  v.strictObject({
    kind: v.literal('passphrase'),
    /** Argon2id version 0x13 (RFC 9106) of the passphrase as UTF-8 in NFC. */
    kdf: v.strictObject({
      name: v.literal('argon2id'),
      memoryKiB: cost,
      passes: cost,
      lanes: cost,
      salt: base64urlOf(SALT_BYTES),
    }),
    ...sealed,
  }),
  v.strictObject({
    kind: v.literal('recovery'),
    /** HKDF-SHA256 (RFC 5869) of the code's 16 random bytes, which can't be guessed. */
    kdf: v.strictObject({
      name: v.literal('hkdf-sha256'),
      salt: base64urlOf(SALT_BYTES),
    }),
    ...sealed,
  }),
]);

/** The data key, encrypted under a key derived from the keyring, a passphrase or a recovery code. */
export type Slot = v.InferOutput<typeof SlotSchema>;
export type SlotKind = Slot['kind'];
export type SlotOf<Kind extends SlotKind> = Extract<Slot, { kind: Kind }>;

/** Whether a slot's key derivation costs are within the bounds. */
export function hasAcceptedCosts({ kdf }: Slot, { pbkdf2Iterations, argon2 }: KdfCosts): boolean {
  switch (kdf.name) {
    case 'pbkdf2-hmac-sha512':
      return isWithin(kdf.iterations, pbkdf2Iterations);
    case 'argon2id':
      return (
        isWithin(kdf.memoryKiB, argon2.memoryKiB) &&
        isWithin(kdf.passes, argon2.passes) &&
        isWithin(kdf.lanes, argon2.lanes) &&
        kdf.memoryKiB * kdf.passes <= argon2.maxWork
      );
    case 'hkdf-sha256':
      return true;
  }
}

/** What may be shown of a slot. */
export interface SlotInfo {
  readonly id: string;
  readonly kind: SlotKind;
  readonly createdAtMs: number;
}

export function slotInfo({ id, kind, createdAtMs }: Slot): SlotInfo {
  return { id, kind, createdAtMs };
}
