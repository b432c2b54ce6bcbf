import { expectOk, revealSecret } from '@postern/kernel';
import { expect, it } from 'vitest';
import { emptyTestVault } from '../testing/test-vault.ts';
import type { Vault } from './vault.ts';

const keysOf = (vault: Vault): readonly string[] => [
  revealSecret(expectOk(vault.deriveKey('database/conversations'))),
  revealSecret(expectOk(vault.deriveKey('database/gateway'))),
  revealSecret(expectOk(vault.deriveStableKey('audit/log'))),
  revealSecret(expectOk(vault.deriveStableKey('gateway/key-hash'))),
];

it('every vault has its own keys, one for each purpose', async () => {
  const keys: string[] = [];
  const entries: string[] = [];
  for (const machine of ['machine-1', 'machine-1', 'machine-2']) {
    const world = await emptyTestVault();
    const vault = await world.open(machine);
    expectOk(await vault.create({ storage: 'keyring' }));
    keys.push(...keysOf(vault));
    entries.push(...[...world.keyring.entries.values()].map(revealSecret));
  }
  expect(keys).toHaveLength(12);
  expect(new Set(keys).size).toBe(12);
  expect(new Set(entries).size).toBe(entries.length);
});

it("a keyring copied from another machine doesn't open the vault", async () => {
  const world = await emptyTestVault();
  const vault = await world.open('machine-1');
  expectOk(await vault.create({ storage: 'keyring' }));
  expectOk(await (await world.open('machine-1')).unlock({ with: 'keyring' }));
  const elsewhere = await (await world.open('machine-2')).unlock({ with: 'keyring' });
  expect(elsewhere).toMatchObject({
    failure: { reason: 'backend-changed', found: 'other-machine' },
  });
});
