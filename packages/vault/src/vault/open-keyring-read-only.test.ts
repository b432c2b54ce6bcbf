import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, ok, revealSecret, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  emptyTestVault,
  type TestVault,
} from '../testing/test-vault.ts';
import { systemWorld } from '../testing/test-world.ts';
import { openKeyringReadOnly } from './open-keyring-read-only.ts';

const openReadOnly = async ({ dataDir, keyring }: TestVault) =>
  await openKeyringReadOnly({ dataDir, keyring: () => keyring, ...systemWorld });

describe('a vault in the keyring, opened read-only', () => {
  it('reads the secrets and the stable key without the data key', async () => {
    const world = await createTestVault('keyring');
    const opened = await openReadOnly(world);
    expect(opened?.id).toBe(world.vault.id);
    expect(expectOk((await opened?.get(OPENAI.name)) ?? ok())).toEqual(OPENAI);
    expect(await opened?.get(secretName.from('absent'))).toEqual(ok(undefined));
    expect(await opened?.stableKey('audit/log')).toEqual(ok(undefined));

    expect(await world.vault.storeStableKey('audit/log')).toEqual(ok());
    const kept = expectOk((await opened?.stableKey('audit/log')) ?? ok());
    const derived = expectOk(world.vault.deriveStableKey('audit/log'));
    expect(kept && revealSecret(kept)).toBe(revealSecret(derived));
  });

  it('stores a stable key once, and again if it was damaged', async () => {
    const { vault, keyring } = await createTestVault('keyring');
    expect(await vault.storeStableKey('audit/log')).toEqual(ok());
    const account = `+key.audit-log@${vault.id ?? ''}`;
    const entry = keyring.entries.get(account);
    expect(entry).toBeDefined();
    expect(await vault.storeStableKey('audit/log')).toEqual(ok());
    for (const damaged of ['', '{"v":1}', `{"v":1,"account":"${account}","key":"short"}`]) {
      await keyring.set(account, Secret.of(damaged));
      expect(await vault.storeStableKey('audit/log')).toEqual(ok());
      expect(keyring.entries.get(account)).toEqual(entry);
    }
  });

  it('refuses a damaged stable key', async () => {
    const world = await createTestVault('keyring');
    await world.keyring.set(`+key.audit-log@${world.vault.id ?? ''}`, Secret.of('{}'));
    const read = await (await openReadOnly(world))?.stableKey('audit/log');
    expect(read).toMatchObject({ ok: false, failure: { reason: 'vault-damaged' } });
  });

  it("doesn't open during an unfinished operation", async () => {
    const world = await createTestVault('keyring');
    await writeFile(join(world.dataDir, 'journal.json'), '{}', { mode: 0o600 });
    expect(await openReadOnly(world)).toBeUndefined();
  });

  it("doesn't open if the header is damaged or missing", async () => {
    const world = await createTestVault('keyring');
    await writeFile(join(world.dataDir, 'slots.json'), '{}');
    expect(await openReadOnly(world)).toBeUndefined();
    expect(await openReadOnly(await emptyTestVault())).toBeUndefined();
  });
});

describe('a vault in the file', () => {
  it('has no keyring to read, and stores no stable key', async () => {
    const world = await createTestVault('file');
    expect(await openReadOnly(world)).toBeUndefined();
    expect(await world.vault.storeStableKey('audit/log')).toEqual(ok());
    expect([...world.keyring.entries.keys()].filter((name) => name.startsWith('+key'))).toEqual([]);
  });
});

describe('a vault that leaves the keyring', () => {
  it('removes the stable key from the keyring', async () => {
    const { vault, keyring } = await createTestVault('keyring');
    expect(await vault.storeStableKey('audit/log')).toEqual(ok());
    const migration = { to: 'file', removeSource: true, passphrase: PASSPHRASE } as const;
    expect(expectOk(await vault.migrate(migration)).to).toBe('file');
    expect([...keyring.entries.keys()]).toEqual([]);
  });

  it('stores no stable key while locked', async () => {
    const { vault } = await createTestVault('keyring');
    vault.lock();
    expect((await vault.storeStableKey('audit/log')).ok).toBe(false);
  });
});
