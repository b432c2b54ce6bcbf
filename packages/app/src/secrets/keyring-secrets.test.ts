import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, revealSecret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import type { SecretRequest } from '@postern/run';
import type { KeyringPort } from '@postern/vault';
import { createTestVault, OPENAI, systemWorld } from '@postern/vault/testing';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { keyringSecrets } from './keyring-secrets.ts';

const USE = { action: 'secret.inject' } as const;
const OPENAI_VALUE = { name: OPENAI.name, field: 'value' };
const NONE = { name: secretName.from('none'), field: 'value' };

test("reads the log's key and each secret from the keyring once", async () => {
  const made = await createTestVault('keyring');
  expectOk(await made.vault.storeStableKey('audit/log'));
  const dataDir = scratchDirectory();
  await mkdir(join(dataDir, 'vault'));
  for (const name of ['slots.json', 'anchor.json', 'vault.lock']) {
    await rename(join(made.dataDir, name), join(dataDir, 'vault', name));
  }
  const asked: string[] = [];
  const keyring: KeyringPort = {
    ...made.keyring,
    get: async (account) => {
      asked.push(account.replace(/@.*/, ''));
      return await made.keyring.get(account);
    },
  };
  const unlocked = () => Promise.reject(new Error('unlocked'));
  const take = async (request: SecretRequest): Promise<readonly string[]> => {
    asked.length = 0;
    const parts = { ...systemWorld, dataDir, keyring: () => keyring, unlocked };
    const vault = await keyringSecrets(parts);
    if (vault === undefined) throw new Error('not opened');
    const taken = await vault.take(request, USE);
    if (!taken.ok) throw new Error(taken.failure.code);
    return [...taken.value.values.values()].map(revealSecret);
  };
  const both = [OPENAI_VALUE, { ...OPENAI_VALUE, field: 'user' }];
  expect(await take({ references: [OPENAI_VALUE], whenMissing: 'fail' })).toHaveLength(1);
  expect(asked).toEqual(['+key.audit-log', 'openai']);
  expect(await take({ references: both, whenMissing: 'leave-out' })).toHaveLength(1);
  expect(asked).toEqual(['+key.audit-log', 'openai']);
  expect(await take({ references: [...both, NONE], whenMissing: 'fail' })).toEqual([]);
});
