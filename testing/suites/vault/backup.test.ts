import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, failed, revealSecret, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { DEFAULT_FIELD, singleValue } from '@postern/vault';
import { createTestVault, type UnlockedTestVault } from '@postern/vault/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PASSPHRASE = Secret.of('a passphrase of the backup');
const NAME = secretName.from('openai');
const LATER = 'sk-a-later-value-of-the-secret';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-backup-'));
  file = join(directory, 'vault.backup');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Creates a vault whose secret changed after its backup. */
async function changedSinceBackup(storage: 'keyring' | 'file'): Promise<UnlockedTestVault> {
  const made = await createTestVault(storage);
  expectOk(await made.vault.backUp({ file, passphrase: PASSPHRASE }));
  expectOk(await made.vault.secrets.put(singleValue(NAME, Secret.of(LATER), 9)));
  return made;
}

/** Every byte of the vault: in its files and in the keyring. */
function everythingOf({ dataDir, keyring }: UnlockedTestVault): unknown {
  const files = readdirSync(dataDir).filter((name) => !name.endsWith('.lock'));
  return {
    files: files.map((name) => [name, readFileSync(join(dataDir, name), 'base64')]),
    entries: [...keyring.entries].map(([account, value]) => [account, revealSecret(value)]),
  };
}

describe.each(['file', 'keyring'] as const)('restoring into a vault with %s storage', (storage) => {
  test('restores the value of the backup', async () => {
    const { vault } = await changedSinceBackup(storage);
    expectOk(await vault.restore({ file, passphrase: PASSPHRASE }));
    const record = expectOk(await vault.secrets.get(NAME));
    const value = record?.fields.get(DEFAULT_FIELD);
    expect(value && revealSecret(value)).not.toBe(LATER);
  });

  test('changes nothing if the backup is damaged, foreign or missing', async () => {
    const made = await changedSinceBackup(storage);
    const before = everythingOf(made);
    const bytes = readFileSync(file);
    const middle = Uint8Array.from(bytes);
    const at = bytes.indexOf('"ciphertext"') + 40;
    middle[at] = bytes[at] === 0x41 ? 0x42 : 0x41;
    for (const [content, passphrase, reason] of [
      [bytes.subarray(0, bytes.length / 2), PASSPHRASE, 'vault-damaged'],
      [middle, PASSPHRASE, 'vault-damaged'],
      [Buffer.alloc(0), PASSPHRASE, 'vault-damaged'],
      [Buffer.from('{}\n'), PASSPHRASE, 'vault-damaged'],
      [readFileSync(join(made.dataDir, 'slots.json')), PASSPHRASE, 'vault-damaged'],
      [
        Buffer.from(bytes.toString().replace('"p2c":1000', '"p2c":2000000000')),
        PASSPHRASE,
        'vault-damaged',
      ],
      [bytes, Secret.of('not the passphrase'), 'wrong-backup-passphrase'],
    ] as const) {
      writeFileSync(file, content);
      expect(await made.vault.restore({ file, passphrase })).toMatchObject({ failure: { reason } });
      expect(everythingOf(made)).toEqual(before);
    }
    rmSync(file);
    expect(await made.vault.restore({ file, passphrase: PASSPHRASE })).toEqual(
      failed({ reason: 'backup-missing', path: file }),
    );
    expect(everythingOf(made)).toEqual(before);
  });

  test('rejects every truncation quickly', async () => {
    const made = await changedSinceBackup(storage);
    const before = everythingOf(made);
    const bytes = readFileSync(file);
    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(file, bytes.subarray(0, length));
      const restored = await made.vault.restore({ file, passphrase: PASSPHRASE });
      expect(restored).toMatchObject({ failure: { reason: 'vault-damaged' } });
    }
    expect(everythingOf(made)).toEqual(before);
  });
});
