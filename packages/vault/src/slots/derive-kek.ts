import { revealSecret, type Secret } from '@postern/kernel';
import { withPassphraseBytes } from '../passphrase.ts';
import { hkdfSha256, pbkdf2Sha512 } from '../primitives/key-derivation.ts';
import type { PassphraseSlot, SlotOf } from './slot.ts';

const KEK_BYTES = 32;

/** The key of a keyring slot, from the machine's id and the salt in the keyring: both are needed. */
export async function keyringKek(
  kdf: SlotOf<'keyring'>['kdf'],
  machineId: Secret,
  keyringSalt: Uint8Array,
): Promise<Buffer> {
  const id = Buffer.from(revealSecret(machineId), 'utf8');
  return await pbkdf2Sha512(id, keyringSalt, kdf.iterations, KEK_BYTES);
}

/**
 * The key of a passphrase slot: Argon2id, version 0x13. The costs come from the slot's header;
 * `decodeSlots` has checked them.
 */
export async function passphraseKek(
  kdf: PassphraseSlot['kdf'],
  passphrase: Secret,
): Promise<Buffer> {
  // Imported here because only passphrases need this native library.
  const { hashRaw } = await import('@node-rs/argon2');
  return await withPassphraseBytes(passphrase, (bytes) =>
    hashRaw(bytes, {
      memoryCost: kdf.memoryKiB,
      timeCost: kdf.passes,
      parallelism: kdf.lanes,
      outputLen: KEK_BYTES,
      salt: Buffer.from(kdf.salt, 'base64url'),
    }),
  );
}

/**
 * The key of a slot that needs the passphrase and the keyring. Without the secret in the keyring, guessing the passphrase
 * is useless; with it, each guess costs as much as for a passphrase slot.
 */
export async function keyringPassphraseKek(
  kdf: SlotOf<'keyring-passphrase'>['kdf'],
  passphrase: Secret,
  keyringSecret: Uint8Array,
): Promise<Buffer> {
  const fromPassphrase = await passphraseKek(kdf, passphrase);
  // Both parts have a fixed length, so their concatenation is unambiguous.
  const parts = Buffer.concat([fromPassphrase, keyringSecret]);
  fromPassphrase.fill(0);
  const salt = Buffer.from(kdf.salt, 'base64url');
  const kek = hkdfSha256(parts, salt, 'postern/v1/keyring-passphrase-slot', KEK_BYTES);
  parts.fill(0);
  return kek;
}

/** The key of a recovery slot. Fast on purpose: 128 random bits can't be guessed. */
export function recoveryKek(kdf: SlotOf<'recovery'>['kdf'], code: Uint8Array): Buffer {
  const salt = Buffer.from(kdf.salt, 'base64url');
  return hkdfSha256(code, salt, 'postern/v1/recovery-slot', KEK_BYTES);
}
