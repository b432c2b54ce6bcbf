import * as v from 'valibot';

/**
 * Every cost that a slot may demand of whoever opens it. The lower bounds are what is written, so
 * that an altered file cannot weaken a guess; the upper ones keep a hostile file from taking the
 * machine's memory or minutes of its time.
 */
export const KDF_BOUNDS = {
  pbkdf2Iterations: { written: 256_000, max: 2_000_000 },
  /** RFC 9106 §4, the second recommended option. */
  argon2: {
    memoryKiB: { written: 65_536, max: 524_288 },
    passes: { written: 3, max: 10 },
    lanes: { written: 4, max: 8 },
    /** Largest product of memory in KiB and passes. */
    maxWork: 2_097_152,
  },
  saltBytes: 32,
} as const;

const { pbkdf2Iterations, argon2 } = KDF_BOUNDS;

function within(bounds: { readonly written: number; readonly max: number }) {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(bounds.written), v.maxValue(bounds.max));
}

/** Unpadded base64url of exactly `bytes` bytes. */
export function base64urlOf(bytes: number): v.GenericSchema<string, string> {
  const length = Math.ceil((bytes * 4) / 3);
  return v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/), v.length(length));
}

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sealed = {
  /** Random, 12 bytes: names the slot. */
  id: base64urlOf(12),
  createdAtMs: time,
  /** AES-256-GCM, 12 bytes. */
  nonce: base64urlOf(12),
  /** The 32 bytes of the data key, encrypted, and the tag of 16. */
  wrapped: base64urlOf(48),
};

export const SlotSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('keyring'),
    /** PBKDF2-HMAC-SHA512 (RFC 8018) over the machine's id; its salt is in the keyring alone. */
    kdf: v.strictObject({
      name: v.literal('pbkdf2-hmac-sha512'),
      iterations: within(pbkdf2Iterations),
    }),
    ...sealed,
  }),
  v.strictObject({
    kind: v.literal('passphrase'),
    /** Argon2id version 0x13 (RFC 9106) over the passphrase, NFC, UTF-8. */
    kdf: v.pipe(
      v.strictObject({
        name: v.literal('argon2id'),
        memoryKiB: within(argon2.memoryKiB),
        passes: within(argon2.passes),
        lanes: within(argon2.lanes),
        salt: base64urlOf(KDF_BOUNDS.saltBytes),
      }),
      v.check(({ memoryKiB, passes }) => memoryKiB * passes <= argon2.maxWork),
    ),
    ...sealed,
  }),
  v.strictObject({
    kind: v.literal('recovery'),
    /** HKDF-SHA256 (RFC 5869) over the code's 16 random bytes, which no guess can find. */
    kdf: v.strictObject({
      name: v.literal('hkdf-sha256'),
      salt: base64urlOf(KDF_BOUNDS.saltBytes),
    }),
    ...sealed,
  }),
]);

/** One way to open the vault: the data key, encrypted under a key that only that way yields. */
export type Slot = v.InferOutput<typeof SlotSchema>;
export type SlotKind = Slot['kind'];
export type SlotOf<Kind extends SlotKind> = Extract<Slot, { kind: Kind }>;

/** What may be shown of a slot. */
export interface SlotInfo {
  readonly id: string;
  readonly kind: SlotKind;
  readonly createdAtMs: number;
}

export function slotInfo({ id, kind, createdAtMs }: Slot): SlotInfo {
  return { id, kind, createdAtMs };
}
