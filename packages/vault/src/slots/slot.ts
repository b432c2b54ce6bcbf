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
    kind: v.literal('keyring-passphrase'),
    /**
     * Argon2id of the passphrase as in `passphrase`, then HKDF-SHA256 of the result and the secret that is stored
     * only in the keyring.
     */
    kdf: v.strictObject({
      name: v.literal('argon2id-hkdf-sha256'),
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

/** The data key, encrypted under a key derived from the keyring, a passphrase, both, or a recovery code. */
export type Slot = v.InferOutput<typeof SlotSchema>;
export type SlotKind = Slot['kind'];
export type SlotOf<Kind extends SlotKind> = Extract<Slot, { kind: Kind }>;

interface WithSlots {
  readonly slots: readonly Slot[];
}

export function slotsOf<Kind extends SlotKind>(
  { slots }: WithSlots,
  kind: Kind,
): readonly SlotOf<Kind>[] {
  return slots.filter((slot): slot is SlotOf<Kind> => slot.kind === kind);
}

export type PassphraseSlot = SlotOf<'passphrase' | 'keyring-passphrase'>;

/** The slot that needs the passphrase, alone or together with the keyring. A vault has at most one. */
export function passphraseSlotOf(header: WithSlots): PassphraseSlot | undefined {
  return slotsOf(header, 'keyring-passphrase')[0] ?? slotsOf(header, 'passphrase')[0];
}

/** The slots that have an entry in the keyring. */
export function keyringSlotIds(header: WithSlots): readonly string[] {
  const slots = [...slotsOf(header, 'keyring'), ...slotsOf(header, 'keyring-passphrase')];
  return slots.map(({ id }) => id);
}

/** Whether the passphrase and the keyring open the vault only together. */
export function requiresBoth(header: WithSlots): boolean {
  return slotsOf(header, 'keyring-passphrase').length > 0;
}

/** Whether a slot's key derivation costs are within the bounds. */
export function hasAcceptedCosts({ kdf }: Slot, { pbkdf2Iterations, argon2 }: KdfCosts): boolean {
  switch (kdf.name) {
    case 'pbkdf2-hmac-sha512':
      return isWithin(kdf.iterations, pbkdf2Iterations);
    case 'argon2id':
    case 'argon2id-hkdf-sha256':
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
