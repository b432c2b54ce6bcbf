import { expectOk, Secret, type Clock } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import {
  DEFAULT_FIELD,
  memoryStore,
  type SecretRecord,
  type SecretStore,
  singleValue,
} from '@postern/vault';
import { expect, test } from 'vitest';
import { sameText } from './foreign-passphrase.ts';
import { importSecrets, type ImportOptions } from './import-into-store.ts';
import type { FoundSecret } from './import-shapes.ts';

const NOW_MS = 1_750_000_000_000;
const CLOCK: Clock = { nowMs: () => NOW_MS, monotonicMs: () => 0 };
const found = (name: string, value: string, createdAtMs?: number): FoundSecret => ({
  name: secretName.from(name),
  value: Secret.of(value),
  createdAtMs,
});
const FOUND = [found('new', 'n'), found('same', 's'), found('other', 'theirs', NOW_MS - 1000)];

async function storeWithSome(): Promise<SecretStore> {
  const store = memoryStore();
  expectOk(await store.put(singleValue(secretName.from('same'), Secret.of('s'), 1)));
  expectOk(await store.put(singleValue(secretName.from('other'), Secret.of('mine'), 2)));
  return store;
}

const holds = (record: SecretRecord | undefined, text: string): boolean => {
  const value = record?.fields.get(DEFAULT_FIELD);
  return value !== undefined && sameText(value, Secret.of(text));
};

test.each([
  ['a dry run', { isDryRun: true, isReplacing: true }, 'would-import', 'would-import', 'mine'],
  ['an import', { isDryRun: false, isReplacing: false }, 'imported', 'kept', 'mine'],
  [
    'an import that replaces values',
    { isDryRun: false, isReplacing: true },
    'imported',
    'imported',
    'theirs',
  ],
] as const)('%s', async (_name, wish, ofNew, ofOther, kept) => {
  const store = await storeWithSome();
  const rows = expectOk(await importSecrets(FOUND, store, { clock: CLOCK, ...wish }));
  expect(rows).toEqual([
    { name: 'new', outcome: ofNew },
    { name: 'same', outcome: 'same' },
    { name: 'other', outcome: ofOther },
  ]);
  expect(holds(expectOk(await store.get(secretName.from('other'))), kept)).toBe(true);
  expect(expectOk(await store.list())).toHaveLength(wish.isDryRun ? 2 : 3);
});

const OPTIONS: ImportOptions = { clock: CLOCK, isDryRun: false, isReplacing: true };

test('counts the age of a key from its creation', async () => {
  const store = memoryStore();
  const secrets = [
    found('aged', 'a', 5000),
    found('unknown', 'b'),
    found('future', 'c', NOW_MS + 9),
  ];
  expectOk(await importSecrets(secrets, store, OPTIONS));
  const times = expectOk(await store.list()).map(({ name, updatedAtMs }) => [name, updatedAtMs]);
  expect(times).toEqual([
    ['aged', 5000],
    ['future', NOW_MS],
    ['unknown', NOW_MS],
  ]);
});

test('detects a store that returns a different value', async () => {
  const store = memoryStore();
  const forgetful: SecretStore = {
    ...store,
    put: (record) => store.put({ ...record, fields: new Map([[DEFAULT_FIELD, Secret.of('x')]]) }),
  };
  const rows = expectOk(await importSecrets([found('new', 'n')], forgetful, OPTIONS));
  expect(rows).toEqual([{ name: 'new', outcome: 'not-verified' }]);
});

test('fails if the vault is locked during the import', async () => {
  const failure = { reason: 'vault-locked' } as const;
  const store: SecretStore = {
    ...memoryStore(),
    put: () => Promise.resolve({ ok: false, failure }),
  };
  expect(await importSecrets(FOUND, store, OPTIONS)).toEqual({ ok: false, failure });
});
