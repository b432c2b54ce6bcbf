import { ok } from '@postern/kernel';
import { systemWorld } from '@postern/vault/testing';
import { expect, test } from 'vitest';
import { openWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate } from '../vault/connect-or-open.ts';
import { testStorage } from './test-storage.ts';

test('a working storage keeps no test value', async () => {
  const { parts } = openWorld();
  const vault = valueOf(await connectOrCreate(parts));
  expect(valueOf(await testStorage(systemWorld, vault))).toBeGreaterThanOrEqual(0);
  expect(valueOf(await vault.list())).toEqual([]);
});

test('a storage that loses values fails the test, which still removes its value', async () => {
  const removed: string[] = [];
  const lossy = {
    put: () => Promise.resolve(ok()),
    get: () => Promise.resolve(ok(undefined)),
    remove: (name: string) => {
      removed.push(name);
      return Promise.resolve(ok(true));
    },
  };
  expect(await testStorage(systemWorld, lossy)).toMatchObject({
    failure: { code: 'STORAGE_FAILED' },
  });
  expect(removed).toHaveLength(1);
});
