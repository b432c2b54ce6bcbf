import { expectOk, Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { newRecoveryCode, parseRecoveryCode } from '../recovery-code.ts';
import { keyringKek, keyringPassphraseKek, passphraseKek, recoveryKek } from './derive-kek.ts';

const SALT = Buffer.from(Array.from({ length: 32 }, (_, at) => at));

/** Expected values from other implementations, so that no parameter can change unnoticed. */
describe('the key of a slot', () => {
  it('of a passphrase is Argon2id of its NFC form', async () => {
    const kdf = {
      name: 'argon2id',
      memoryKiB: 65_536,
      passes: 3,
      lanes: 4,
      salt: SALT.toString('base64url'),
    } as const;
    const composed = await passphraseKek(kdf, Secret.of('caf\u00e9 au lait'));
    const decomposed = await passphraseKek(kdf, Secret.of('cafe\u0301 au lait'));
    expect(composed.toString('hex')).toBe(
      '6da73f0608cd56e9cc2e63f19a5bd7f8c94d3f52ac3e0898230a0ba15c17d118',
    );
    expect(decomposed).toEqual(composed);
  });

  it('of a passphrase and the keyring is HKDF-SHA256 of the Argon2id key and the secret', async () => {
    const kdf = {
      name: 'argon2id-hkdf-sha256',
      ...{ memoryKiB: 65_536, passes: 3, lanes: 4 },
      salt: SALT.toString('base64url'),
    } as const;
    const secret = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at));
    const passphrase = Secret.of('caf\u00e9 au lait');
    const kek = await keyringPassphraseKek(kdf, passphrase, secret);
    expect(kek.toString('hex')).toBe(
      'ec45bea5d2227e026d1ac68068ecf864e13a18c8d2e1c69017e83e6b6e8d0585',
    );
    expect(await keyringPassphraseKek(kdf, passphrase, SALT)).not.toEqual(kek);
    expect(await keyringPassphraseKek(kdf, Secret.of('tea'), secret)).not.toEqual(kek);
  });

  it('of a keyring is PBKDF2-HMAC-SHA512 of the machine id', async () => {
    const kdf = { name: 'pbkdf2-hmac-sha512', iterations: 256_000 } as const;
    const kek = await keyringKek(kdf, Secret.of('machine-1'), SALT);
    expect(kek.toString('hex')).toBe(
      '8cb2cc6442a641f8cb97321bda2c470e76982b1f7d22122bff10838c55ea6713',
    );
  });

  it('of a recovery code is HKDF-SHA256 of its bytes', () => {
    const code = newRecoveryCode({ bytes: () => SALT.subarray(0, 16) });
    const kdf = { name: 'hkdf-sha256', salt: SALT.toString('base64url') } as const;
    const kek = recoveryKek(kdf, expectOk(parseRecoveryCode(code)));
    expect(kek.toString('hex')).toBe(
      '3144602588083c581c19238dd9037763d7ad91f5d8d7a7d936c3d8f02b6e60b4',
    );
  });
});
