import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, Secret, revealSecret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../memory-store.ts';
import { singleValue, type SecretStore } from '../secret-store.ts';
import { systemClock, systemRandomness } from '../testing/test-world.ts';
import { madeVault, OPENAI, vaultWorld } from '../testing/vault-world.ts';
import { describeFinding, inspectVault, type Finding } from './inspect-vault.ts';
import { testStorage } from './test-storage.ts';

/** The time at which `OPENAI` is so many days old. */
const after = (days: number) => ({ ...systemClock, nowMs: () => 7 + days * 86_400_000 });

describe('inspecting a vault', () => {
  it('finds nothing where there is nothing, and nothing where all is well', async () => {
    const { dataDir, open } = await vaultWorld();
    expect(await inspectVault(await open(), join(dataDir, 'nowhere'), systemClock)).toEqual([]);
    for (const storage of ['file', 'keyring'] as const) {
      const made = await madeVault(storage);
      await chmod(made.dataDir, 0o700);
      expect(await inspectVault(made.vault, made.dataDir, after(89))).toEqual([]);
    }
  });

  it('finds what is open, left over, foreign, unfinished or kept', async () => {
    const { vault, dataDir } = await madeVault('keyring');
    const at = (name: string) => join(dataDir, name);
    await chmod(dataDir, 0o755);
    await chmod(at('slots.json'), 0o644);
    const left = '.slots.json.0123456789abcdef.tmp';
    for (const name of [left, 'notes.txt', 'journal.json', 'secrets.jwe.json']) {
      await writeFile(at(name), '', { mode: 0o600 });
    }
    await symlink('/etc/hostname', at('link'));
    const findings = await inspectVault(vault, dataDir, after(1));
    expect(findings).toEqual(
      expect.arrayContaining([
        { finding: 'open-to-others', path: dataDir, mode: 0o755 },
        { finding: 'open-to-others', path: at('slots.json'), mode: 0o644 },
        { finding: 'leftover', path: at(left) },
        { finding: 'unknown-file', path: at('notes.txt') },
        { finding: 'not-a-file', path: at('link') },
        { finding: 'unfinished' },
        { finding: 'copy-kept', path: at('secrets.jwe.json') },
      ]),
    );
  });

  it('finds old secrets, removed values and a missing recovery code', async () => {
    const { vault, dataDir, keyring } = await madeVault('keyring');
    await chmod(dataDir, 0o700);
    const recovery = vault.slots.find(({ kind }) => kind === 'recovery');
    expectOk(await vault.removeSlot(recovery?.id ?? ''));
    keyring.entries.delete(`openai@${vault.id ?? ''}`);
    expect(await inspectVault(vault, dataDir, after(90))).toEqual([
      { finding: 'no-recovery-code' },
      { finding: 'old-secret', name: OPENAI.name, ageDays: 90 },
      { finding: 'value-missing', name: OPENAI.name },
    ]);
  });

  it('says of each finding what it is and what to do, in a line', () => {
    const path = '/home/someone/vault';
    const findings: readonly Finding[] = [
      { finding: 'open-to-others', path, mode: 0o755 },
      { finding: 'not-yours', path },
      { finding: 'not-a-file', path },
      { finding: 'leftover', path },
      { finding: 'unknown-file', path },
      { finding: 'unfinished' },
      { finding: 'copy-kept', path },
      { finding: 'no-recovery-code' },
      { finding: 'value-missing', name: OPENAI.name },
      { finding: 'old-secret', name: OPENAI.name, ageDays: 100 },
    ];
    for (const { severity, message, fix } of findings.map(describeFinding)) {
      expect(['unsafe', 'advice']).toContain(severity);
      expect(message).toMatch(/^\S[^\n]*\.$/);
      expect(fix).toMatch(/^\S[^\n]+$/);
    }
  });
});

describe('testing the storage', () => {
  const test = (store: SecretStore) => testStorage(store, systemClock, systemRandomness);

  it.each(['file', 'keyring'] as const)(
    'passes on a good %s and leaves nothing',
    async (storage) => {
      const { vault } = await madeVault(storage);
      const left = singleValue(secretName.from('postern-test-left'), Secret.of('x'), 1);
      expectOk(await vault.secrets.put(left));
      expect(await test(vault.secrets)).toEqual(ok());
      expect(expectOk(await vault.secrets.list()).map(({ name }) => name)).toEqual(['openai']);
    },
  );

  it('fails where the value comes back as another, or cannot be written', async () => {
    const lying = memoryStore();
    const changed: SecretStore = {
      ...lying,
      put: (record) => lying.put(singleValue(record.name, Secret.of('other'), 1)),
    };
    expect(await test(changed)).toEqual(failed({ reason: 'copy-differs' }));
    const { vault } = await madeVault('file');
    vault.lock();
    expect(await test(vault.secrets)).toEqual(failed({ reason: 'vault-locked' }));
  });

  it('never tests with a value that was there', async () => {
    const { vault } = await madeVault('file');
    expectOk(await test(vault.secrets));
    const record = expectOk(await vault.secrets.get(OPENAI.name));
    expect(record && [...record.fields.values()].map(revealSecret)).toEqual(['sk-test-0123456789']);
  });
});
