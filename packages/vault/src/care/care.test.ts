import { expectOk, failed, ok, Secret, revealSecret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../memory-store.ts';
import { singleValue, type SecretStore } from '../secret-store.ts';
import { systemClock, systemRandomness } from '../testing/test-world.ts';
import { madeVault, OPENAI } from '../testing/vault-world.ts';
import { testStorage } from './test-storage.ts';

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
