import { revealSecret, type Secret } from '@postern/kernel';
import { withPassphraseBytes } from '../passphrase.ts';
import { hkdfSha256, pbkdf2Sha512 } from '../primitives/key-derivation.ts';
import type { SlotOf } from './slot.ts';

const KEK_BYTES = 32;

/** The key of a keyring slot: only this machine with this keyring has both halves. */
export async function keyringKek(
  kdf: SlotOf<'keyring'>['kdf'],
  machineId: Secret,
  keyringSalt: Uint8Array,
): Promise<Buffer> {
  const id = Buffer.from(revealSecret(machineId), 'utf8');
  return await pbkdf2Sha512(id, keyringSalt, kdf.iterations, KEK_BYTES);
}

/** The key of a passphrase slot: Argon2id, version 0x13. Costs what the slot's header says, which its reader held against the bounds. */
export async function passphraseKek(
  kdf: SlotOf<'passphrase'>['kdf'],
  passphrase: Secret,
): Promise<Buffer> {
  // A native library, which only a passphrase needs.
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

/** The key of a recovery slot. Fast on purpose: 128 random bits need no stretching. */
export function recoveryKek(kdf: SlotOf<'recovery'>['kdf'], code: Uint8Array): Buffer {
  const salt = Buffer.from(kdf.salt, 'base64url');
  return hkdfSha256(code, salt, 'postern/v1/recovery-slot', KEK_BYTES);
}
