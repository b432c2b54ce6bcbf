import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, ok, Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { withDigest } from '../primitives/digested-json.ts';
import { snapshot, systemWorld } from '../testing/test-world.ts';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
} from '../testing/test-vault.ts';
import type { KeyedDatabase } from './keyed-database.ts';
import { openVault } from './open-vault.ts';
import type { UnlockMethod } from './open-data-key.ts';
import type { Vault } from './vault.ts';

const NEXT = Secret.of('a wholly different phrase');
const byPassphrase: UnlockMethod = { with: 'passphrase', passphrase: PASSPHRASE };

/** A database whose first rekey throws, as if the process had been killed. */
function deadly(): KeyedDatabase {
  let isArmed = true;
  return {
    purpose: 'database/conversations',
    rekey: () => {
      const killed = isArmed;
      isArmed = false;
      return killed ? Promise.reject(new Error('killed')) : Promise.resolve(ok());
    },
    verify: () => Promise.resolve(ok()),
  };
}

async function openReadOnly({ dataDir, keyring }: UnlockedTestVault): Promise<Vault> {
  const world = { ...systemWorld, machineId: 'machine-1' };
  return expectOk(await openVault({ dataDir, keyring, ...world, isReadOnly: true }));
}

/** Opens a vault read-only and unlocks it. Checks that nothing on disk or in the keyring changes. */
async function unlockReadOnly(made: UnlockedTestVault, way: UnlockMethod): Promise<unknown> {
  const before = [await snapshot(made.dataDir), new Map(made.keyring.entries)];
  const vault = await openReadOnly(made);
  const unlocked = await vault.unlock(way);
  const found = unlocked.ok ? expectOk(await vault.secrets.list()).map(({ name }) => name) : [];
  expect(found).toEqual(unlocked.ok ? [OPENAI.name] : []);
  expect([await snapshot(made.dataDir), new Map(made.keyring.entries)]).toEqual(before);
  return unlocked.ok ? 'opens' : unlocked.failure;
}

const unfinished = (operation: string) => ({ reason: 'unfinished', operation });

/** The files that a change of the passphrase writes after the secrets. */
const LAST = ['slots.json', 'anchor.json'];

describe('a vault opened read-only', () => {
  it('opens without changing anything', async () => {
    expect(await unlockReadOnly(await createTestVault('keyring'), { with: 'keyring' })).toBe(
      'opens',
    );
    expect(await unlockReadOnly(await createTestVault('file'), byPassphrase)).toBe('opens');
  });

  it('neither resumes nor rolls back an interrupted rekey', async () => {
    const made = await createTestVault('file', [deadly()]);
    await expect(made.vault.rekey({ passphrase: PASSPHRASE })).rejects.toThrow('killed');
    expect(await unlockReadOnly(made, byPassphrase)).toEqual(unfinished('rekey'));
    expect(await (await openReadOnly(made)).isRekeyUnconfirmed()).toEqual(ok(false));
    expectOk(await (await made.open()).unlock(byPassphrase));
    expect(await unlockReadOnly(made, byPassphrase)).toEqual(unfinished('rekey'));
    expect(await (await openReadOnly(made)).isRekeyUnconfirmed()).toEqual(ok(true));
    const next = await made.open();
    expectOk(await next.unlock(byPassphrase));
    expectOk(await next.confirmRekey());
    expect(await unlockReadOnly(made, byPassphrase)).toBe('opens');
  });

  it('leaves keyring entries of an unfinished slot change', async () => {
    const made = await createTestVault('keyring');
    const slotId = Buffer.alloc(12, 1).toString('base64url');
    const account = `+slot.${slotId}@${made.vault.id ?? ''}`;
    made.keyring.entries.set(account, Secret.of('{}'));
    const journal = { version: 1, operation: 'slots', vaultId: made.vault.id, slotIds: [slotId] };
    const text = `${withDigest(JSON.stringify(journal))}\n`;
    await writeFile(join(made.dataDir, 'journal.json'), text, { mode: 0o600 });
    expect(await unlockReadOnly(made, { with: 'keyring' })).toBe('opens');
    expect(await (await openReadOnly(made)).unfinished()).toEqual(ok('slots'));
    expect(await (await made.open()).unfinished()).toEqual(ok(undefined));
    expect(made.keyring.entries.has(account)).toBe(false);
    expect(await unlockReadOnly(made, { with: 'keyring' })).toBe('opens');
  });

  it("doesn't resume a restore", async () => {
    const made = await createTestVault('keyring');
    const journal = { version: 1, operation: 'restore', vaultId: made.vault.id };
    const text = `${withDigest(JSON.stringify(journal))}\n`;
    await writeFile(join(made.dataDir, 'journal.json'), text, { mode: 0o600 });
    expect(await unlockReadOnly(made, { with: 'keyring' })).toEqual(unfinished('restore'));
  });

  it('leaves temporary files of a killed process', async () => {
    const made = await createTestVault('file');
    for (const name of ['.slots.json.0123456789abcdef.tmp', 'secrets.next.jwe.json']) {
      await writeFile(join(made.dataDir, name), 'torn', { mode: 0o600 });
    }
    expect(await unlockReadOnly(made, byPassphrase)).toBe('opens');
  });

  it("doesn't repair an interrupted change of the passphrase", async () => {
    const made = await createTestVault('file');
    const at = (name: string) => join(made.dataDir, name);
    const before = await Promise.all(LAST.map(async (name) => await readFile(at(name))));
    expectOk(await made.vault.changePassphrase({ next: NEXT }));
    // As if the process was killed after writing the secrets: slots and anchor are still the old ones.
    for (const [index, bytes] of before.entries()) await writeFile(at(LAST[index] ?? ''), bytes);
    const path = at('secrets.jwe.json');
    const left = await readFile(path);
    expect(await unlockReadOnly(made, byPassphrase)).toBe('opens');
    expect((await readFile(path)).equals(left)).toBe(true);
    expectOk(await (await made.open()).unlock(byPassphrase));
    expect((await readFile(path)).equals(left)).toBe(false);
  });
});
