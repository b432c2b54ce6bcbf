import { withDigest } from '../primitives/digested-json.ts';
import { chmod, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import type { KeyringFailure } from '../keyring/keyring-port.ts';
import { snapshot, systemClock, systemRandomness, systemWorld } from '../testing/test-world.ts';
import { createTestVault, OPENAI, PASSPHRASE, emptyTestVault } from '../testing/test-vault.ts';
import { openVault } from './open-vault.ts';
import type { Vault } from './vault.ts';

const byPassphrase = { with: 'passphrase', passphrase: PASSPHRASE } as const;
const byKeyring = { with: 'keyring' } as const;

async function valueOf(vault: Vault): Promise<readonly string[]> {
  const record = expectOk(await vault.secrets.get(OPENAI.name));
  return record === undefined ? [] : [...record.fields.values()].map(revealSecret);
}

describe.each(['keyring', 'file'] as const)('a vault with %s storage', (storage) => {
  it('opens with each of its slots and has the same keys and secrets', async () => {
    const { vault, open, recoveryCode } = await createTestVault(storage);
    const key = revealSecret(expectOk(vault.deriveKey('conversations')));
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    const ways = [
      byPassphrase,
      { with: 'recovery', code: recoveryCode } as const,
      ...(storage === 'keyring' ? [byKeyring] : []),
    ];
    for (const way of ways) {
      const again = await open();
      expect(again.state).toBe('locked');
      expect(again.storage).toBe(storage);
      expect(await again.unlock(way)).toEqual(ok());
      expect(revealSecret(expectOk(again.deriveKey('conversations')))).toBe(key);
      expect(await valueOf(again)).toEqual(['sk-test-0123456789']);
    }
  });

  it('derives a different key for each purpose', async () => {
    const { vault } = await createTestVault(storage);
    const keys = ['conversations', 'audit', 'conversations/2'].map((purpose) =>
      revealSecret(expectOk(vault.deriveKey(purpose))),
    );
    expect(new Set(keys).size).toBe(3);
    expect(() => vault.deriveKey('A b')).toThrow('purpose');
  });

  it('changes nothing on disk or in the keyring when the passphrase or the code is wrong', async () => {
    const { dataDir, keyring, open } = await createTestVault(storage);
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
    expect(again.state).toBe('locked');
    expect(await again.secrets.put(OPENAI)).toEqual(failed({ reason: 'vault-locked' }));
    expect(await again.create({ storage, passphrase: wrong })).toEqual(
      failed({ reason: 'vault-exists' }),
    );
    expect(await snapshot(dataDir)).toEqual(before);
    expect(keyring.entries).toEqual(entries);
  });

  it('drops its keys when it is locked, even during a call', async () => {
    const { vault, recoveryCode } = await createTestVault(storage);
    const underWay = [vault.secrets.list(), vault.newRecoveryCode()];
    vault.lock();
    for (const call of await Promise.all(underWay)) {
      if (!call.ok) expect(call).toEqual(failed({ reason: 'vault-locked' }));
    }
    expect(vault.state).toBe('locked');
    expect(vault.deriveKey('conversations')).toEqual(failed({ reason: 'vault-locked' }));
    expect(await vault.secrets.list()).toEqual(failed({ reason: 'vault-locked' }));
    expect(await vault.newRecoveryCode()).toEqual(failed({ reason: 'vault-locked' }));
    expect(await vault.unlock({ with: 'recovery', code: recoveryCode })).toEqual(ok());
    expect(await valueOf(vault)).toEqual(['sk-test-0123456789']);
  });

  it('has no plaintext value in its files', async () => {
    const { dataDir } = await createTestVault(storage);
    const files = Object.values(await snapshot(dataDir)).join();
    const value = Buffer.from('sk-test-0123456789');
    for (const form of [
      value.toString('latin1'),
      value.toString('base64'),
      value.toString('hex'),
    ]) {
      expect(files).not.toContain(Buffer.from(form).toString('hex'));
    }
    expect(files).not.toContain(value.toString('hex'));
  });
});

describe('a missing vault', () => {
  it('is absent, and opening it creates nothing', async () => {
    const { dataDir, open } = await emptyTestVault();
    const vault = await open();
    expect([vault.state, vault.id, vault.storage, vault.slots]).toEqual([
      'absent',
      undefined,
      undefined,
      [],
    ]);
    expect(await vault.unlock(byPassphrase)).toEqual(failed({ reason: 'vault-absent' }));
    expect(await vault.secrets.list()).toEqual(failed({ reason: 'vault-absent' }));
    expect(await snapshot(dataDir)).toEqual({});
  });

  it.each<readonly [string, string | undefined, object]>([
    ['no passphrase', undefined, { reason: 'passphrase-needed' }],
    ['seven characters', 'seven77', { reason: 'passphrase-unfit', problem: 'too-short' }],
    ['a megabyte', 'x'.repeat(1e6), { reason: 'passphrase-unfit', problem: 'too-long' }],
  ])("isn't created with %s for file storage", async (_, text, failure) => {
    const { dataDir, open } = await emptyTestVault();
    const vault = await open();
    const passphrase = text === undefined ? {} : { passphrase: Secret.of(text) };
    expect(await vault.create({ storage: 'file', ...passphrase })).toEqual(failed(failure));
    expect(await snapshot(dataDir)).toEqual({});
  });

  it.each<KeyringFailure>([
    { reason: 'keyring-unavailable', cause: 'no-bus' },
    { reason: 'keyring-locked' },
    { reason: 'keyring-denied' },
  ])("isn't created if the keyring fails with %o, and leaves nothing behind", async (failure) => {
    const { dataDir, keyring, open } = await emptyTestVault();
    keyring.failure = failure;
    const vault = await open();
    expect(await vault.create({ storage: 'keyring' })).toEqual(failed(failure));
    expect(vault.state).toBe('absent');
    expect(Object.keys(await snapshot(dataDir))).toEqual(['vault.lock']);
  });

  it.each(['keyring', 'file'] as const)(
    'is distinguished from a vault without a header, storage %s',
    async (storage) => {
      const { dataDir, keyring } = await createTestVault(storage);
      await unlink(join(dataDir, 'slots.json'));
      const before = await snapshot(dataDir);
      for (const isReadOnly of [true, false]) {
        const world = { ...systemWorld, machineId: 'machine-1', isReadOnly };
        expect(await openVault({ dataDir, keyring, ...world })).toEqual(
          failed({ reason: 'vault-damaged', file: 'slots.json', damage: 'missing' }),
        );
      }
      expect(await snapshot(dataDir)).toEqual(before);
    },
  );

  it('is created by only one of two processes that try at the same time', async () => {
    const { open } = await emptyTestVault();
    const vaults = [await open(), await open()];
    const made = await Promise.all(vaults.map((one) => one.create({ storage: 'keyring' })));
    expect(made.filter((one) => one.ok)).toHaveLength(1);
    expect(made.filter((one) => !one.ok)).toEqual([failed({ reason: 'vault-exists' })]);
    expect(vaults.map(({ state }) => state).sort()).toEqual(['locked', 'unlocked']);
    for (const vault of vaults) expectOk(await vault.unlock({ with: 'keyring' }));
  });
});

describe('a vault with a different keyring', () => {
  it.each<KeyringFailure>([
    { reason: 'keyring-unavailable', cause: 'no-service' },
    { reason: 'keyring-locked' },
    { reason: 'keyring-denied' },
  ])('reports the failure of the keyring: %o', async (failure) => {
    const { keyring, vault, open } = await createTestVault('keyring');
    keyring.failure = failure;
    const again = await open();
    expect(await again.unlock(byKeyring)).toEqual(failed(failure));
    expect(await vault.secrets.get(OPENAI.name)).toEqual(failed(failure));
    expect(await vault.secrets.list()).toEqual(failed(failure));
    expect(await vault.secrets.put(OPENAI)).toEqual(failed(failure));
    expect(await vault.secrets.remove(OPENAI.name)).toEqual(failed(failure));
    // The passphrase still opens the data key, and so the conversations.
    expect(await again.unlock(byPassphrase)).toEqual(ok());
  });

  it('reports backend-changed if the keyring works but is empty', async () => {
    const { keyring, vault, open } = await createTestVault('keyring');
    keyring.entries.clear();
    const changed = failed({
      reason: 'backend-changed',
      recorded: 'keyring',
      found: 'empty-keyring',
    });
    const again = await open();
    expect(await again.unlock(byKeyring)).toEqual(changed);
    expect(await vault.secrets.get(OPENAI.name)).toEqual(changed);
    expect(await vault.secrets.list()).toEqual(changed);
    expect(await vault.secrets.put(OPENAI)).toEqual(changed);
    expect(keyring.entries.size).toBe(0);
  });

  it('reports that a copied home was made on another machine', async () => {
    const { open } = await createTestVault('keyring');
    const elsewhere = await open('machine-2');
    expect(await elsewhere.unlock(byKeyring)).toEqual(
      failed({ reason: 'backend-changed', recorded: 'keyring', found: 'other-machine' }),
    );
    expect(await elsewhere.unlock(byPassphrase)).toEqual(ok());
  });

  it('refuses a malformed entry and one copied from another account', async () => {
    const { keyring, vault } = await createTestVault('keyring');
    const accounts = [...keyring.entries.keys()];
    const slot = accounts.find((account) => account.startsWith('+slot.')) ?? '';
    const secret = accounts.find((account) => account.startsWith('openai@')) ?? '';
    for (const other of [
      '{"v":1}',
      'plain',
      revealSecret(keyring.entries.get(slot) ?? PASSPHRASE),
    ]) {
      keyring.entries.set(secret, Secret.of(other));
      expect(await vault.secrets.get(OPENAI.name)).toEqual(
        failed({ reason: 'vault-damaged', file: secret, damage: 'malformed' }),
      );
    }
    keyring.entries.set(secret, Secret.of(withDigest('{"v":2,"account":"x"}')));
    expect(await vault.secrets.get(OPENAI.name)).toMatchObject({
      failure: { reason: 'version-unknown' },
    });
  });
});

describe('a damaged vault', () => {
  it("isn't overwritten if the secrets file is truncated", async () => {
    const { dataDir, open, recoveryCode } = await createTestVault('file');
    const path = join(dataDir, 'secrets.jwe.json');
    const whole = await readFile(path);
    for (const torn of [whole.subarray(0, 100), Buffer.alloc(0), undefined]) {
      await (torn === undefined ? unlink(path) : writeFile(path, torn));
      const before = await snapshot(dataDir);
      const vault = await open();
      expect(await vault.unlock({ with: 'recovery', code: recoveryCode })).toEqual(ok());
      const damage = torn === undefined ? 'missing' : 'malformed';
      const failure = failed({ reason: 'vault-damaged', file: 'secrets.jwe.json', damage });
      expect(await vault.secrets.put(OPENAI)).toEqual(failure);
      expect(await vault.secrets.remove(OPENAI.name)).toEqual(failure);
      expect(await vault.secrets.list()).toEqual(failure);
      expect(await vault.changePassphrase({ next: Secret.of('another one') })).toEqual(failure);
      expect(await snapshot(dataDir)).toEqual(before);
    }
  });

  it("doesn't open and isn't created again if the header is truncated", async () => {
    const { dataDir, keyring } = await createTestVault('file');
    await writeFile(join(dataDir, 'slots.json'), '{"format":"postern-slots"');
    const opened = await openVault({
      dataDir,
      keyring,
      machineId: 'machine-1',
      clock: systemClock,
      randomness: systemRandomness,
    });
    expect(opened).toEqual(
      failed({ reason: 'vault-damaged', file: 'slots.json', damage: 'malformed' }),
    );
  });

  it("doesn't open if other users can write it", async () => {
    const { dataDir, vault } = await createTestVault('file');
    const path = join(dataDir, 'secrets.jwe.json');
    await chmod(path, 0o620);
    expect(await vault.secrets.list()).toEqual(
      failed({ reason: 'unsafe-file', path, problem: 'writable-by-others' }),
    );
  });
});
