import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { singleValue } from '../secret-store.ts';
import { memoryKeyring } from '../testing/memory-keyring.ts';
import {
  snapshot,
  systemClock,
  systemRandomness,
  temporaryDirectory,
} from '../testing/test-world.ts';
import type { VaultStorage } from '../vault-failure.ts';
import { openVault } from './open-vault.ts';
import type { Vault } from './vault.ts';

const PASSPHRASE = Secret.of('correct horse battery staple');
const OPENAI = singleValue(secretName.from('openai'), Secret.of('sk-test-0123456789'), 7);

async function world() {
  const dataDir = await temporaryDirectory();
  const keyring = memoryKeyring();
  const open = async (machineId = 'machine-1'): Promise<Vault> =>
    expectOk(
      await openVault({
        dataDir,
        machineId,
        clock: systemClock,
        randomness: systemRandomness,
        keyring,
      }),
    );
  return { dataDir, keyring, open };
}

async function made(storage: VaultStorage) {
  const at = await world();
  const vault = await at.open();
  const { recoveryCode } = expectOk(await vault.create({ storage, passphrase: PASSPHRASE }));
  expectOk(await vault.secrets.put(OPENAI));
  return { ...at, vault, recoveryCode };
}

describe.each(['keyring', 'file'] as const)('a vault with %s storage', (storage) => {
  it('opens by each of its slots with the same keys and secrets', async () => {
    const { vault, open, recoveryCode } = await made(storage);
    const key = revealSecret(expectOk(vault.deriveKey('conversations')));
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    const ways = [
      { with: 'passphrase', passphrase: PASSPHRASE },
      { with: 'recovery', code: recoveryCode },
      ...(storage === 'keyring' ? [{ with: 'keyring' } as const] : []),
    ] as const;
    for (const way of ways) {
      const again = await open();
      expect(again.state).toBe('locked');
      expect(await again.secrets.get(OPENAI.name)).toEqual(failed({ reason: 'vault-locked' }));
      expect(await again.unlock(way)).toEqual(ok());
      expect(revealSecret(expectOk(again.deriveKey('conversations')))).toBe(key);
      const record = expectOk(await again.secrets.get(OPENAI.name));
      expect(record && [...record.fields].map(([, value]) => revealSecret(value))).toEqual([
        'sk-test-0123456789',
      ]);
    }
  });

  it('changes nothing on disk when the passphrase or the code is wrong', async () => {
    const { dataDir, keyring, open } = await made(storage);
    const before = await snapshot(dataDir);
    const entries = new Map(keyring.entries);
    const again = await open();
    const wrong = Secret.of('incorrect horse');
    expect(await again.unlock({ with: 'passphrase', passphrase: wrong })).toEqual(
      failed({ reason: 'wrong-passphrase' }),
    );
    expect(await again.unlock({ with: 'recovery', code: wrong })).toEqual(
      failed({ reason: 'recovery-code-mistyped' }),
    );
    expect(await again.secrets.put(OPENAI)).toEqual(failed({ reason: 'vault-locked' }));
    expect(await again.create({ storage, passphrase: wrong })).toEqual(
      failed({ reason: 'vault-exists' }),
    );
    expect(await snapshot(dataDir)).toEqual(before);
    expect(keyring.entries).toEqual(entries);
  });
});
