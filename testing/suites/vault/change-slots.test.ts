import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import type { RekeyOptions, UnlockMethod, Vault } from '@postern/vault';
import { generalDecrypt, type GeneralJWE } from 'jose';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  snapshot,
  emptyTestVault,
  type TestVault,
} from '@postern/vault/testing';

const NEXT = Secret.of('a wholly different phrase');
const by = (passphrase: Secret): UnlockMethod => ({ with: 'passphrase', passphrase });
const WRONG = failed({ reason: 'wrong-passphrase' });

async function unlocks({ open }: TestVault, way: UnlockMethod): Promise<boolean> {
  const again = await open();
  return (await again.unlock(way)).ok && (await again.secrets.get(OPENAI.name)).ok;
}

function idOf(vault: Vault, kind: string): string {
  return vault.slots.find((slot) => slot.kind === kind)?.id ?? '';
}

/** Decrypts the secrets file with a JOSE library that knows only the passphrase. */
async function opensAsJose({ dataDir }: TestVault, passphrase: Secret): Promise<boolean> {
  const text = await readFile(join(dataDir, 'secrets.jwe.json'), 'utf8');
  const file = v.parse(
    v.custom<GeneralJWE>(() => true),
    JSON.parse(text),
  );
  try {
    await generalDecrypt(file, Buffer.from(revealSecret(passphrase)), {
      keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
      maxPBES2Count: 600_000,
    });
    return true;
  } catch {
    return false;
  }
}

describe.each(['keyring', 'file'] as const)('the slots of a vault with %s storage', (storage) => {
  it('change their passphrase: only the new one works', async () => {
    const world = await createTestVault(storage);
    const { vault } = world;
    expect(await vault.changePassphrase({ next: NEXT, current: NEXT })).toEqual(WRONG);
    expect(await unlocks(world, by(PASSPHRASE))).toBe(true);
    expect(await vault.changePassphrase({ next: NEXT, current: PASSPHRASE })).toEqual(ok());
    expect(await (await world.open()).unlock(by(PASSPHRASE))).toEqual(WRONG);
    expect(await unlocks(world, by(NEXT))).toBe(true);
    expect(await unlocks(world, { with: 'recovery', code: world.recoveryCode })).toBe(true);
    if (storage === 'file') {
      expect(await opensAsJose(world, NEXT)).toBe(true);
      expect(await opensAsJose(world, PASSPHRASE)).toBe(false);
    }
  });

  it('get a new recovery code: the old one stops working', async () => {
    const world = await createTestVault(storage);
    const { recoveryCode } = expectOk(await world.vault.newRecoveryCode());
    expect(await unlocks(world, { with: 'recovery', code: recoveryCode })).toBe(true);
    expect(
      await (await world.open()).unlock({ with: 'recovery', code: world.recoveryCode }),
    ).toEqual(failed({ reason: 'wrong-recovery-code' }));
  });

  it('can be removed, except for the last', async () => {
    const world = await createTestVault(storage);
    const { vault } = world;
    const kinds = vault.slots.map(({ kind }) => kind);
    for (const kind of kinds.filter((one) => one !== 'recovery')) {
      expect(await vault.removeSlot(idOf(vault, kind))).toEqual(ok());
    }
    expect(vault.slots.map(({ kind }) => kind)).toEqual(['recovery']);
    expect(await vault.removeSlot(idOf(vault, 'recovery'))).toEqual(
      failed({ reason: 'last-slot' }),
    );
    expect(await vault.removeSlot('AAAAAAAAAAAAAAAA')).toMatchObject({
      failure: { reason: 'slot-missing' },
    });
    expect(await (await world.open()).unlock(by(PASSPHRASE))).toEqual(
      failed({ reason: 'slot-missing', kind: 'passphrase' }),
    );
    expect(await unlocks(world, { with: 'recovery', code: world.recoveryCode })).toBe(true);
    if (storage === 'file') expect(await opensAsJose(world, PASSPHRASE)).toBe(false);
  });

  it('accept a passphrase after it was removed, but no second one', async () => {
    const world = await createTestVault(storage);
    const { vault } = world;
    expect(await vault.addPassphrase(NEXT)).toMatchObject({ failure: { reason: 'slot-exists' } });
    expect(await vault.removeSlot(idOf(vault, 'passphrase'))).toEqual(ok());
    expect(await vault.changePassphrase({ next: NEXT })).toMatchObject({
      failure: { reason: 'slot-missing' },
    });
    expect(await vault.addPassphrase(NEXT)).toEqual(ok());
    expect(await unlocks(world, by(NEXT))).toBe(true);
    if (storage === 'file') expect(await opensAsJose(world, NEXT)).toBe(true);
  });

  it('accept a keyring slot, whose entry is removed with it', async () => {
    const world = await createTestVault(storage);
    const { vault, keyring } = world;
    const saltEntries = () => [...keyring.entries.keys()].filter((key) => key.startsWith('+slot.'));
    expect(await vault.addKeyring()).toEqual(ok());
    expect(await vault.addKeyring()).toEqual(ok());
    expect(saltEntries()).toHaveLength(1);
    expect(await unlocks(world, { with: 'keyring' })).toBe(true);
    expect(await vault.removeSlot(idOf(vault, 'keyring'))).toEqual(ok());
    expect(saltEntries()).toEqual([]);
  });

  it('include the changes of another process', async () => {
    const world = await createTestVault(storage);
    const other = await world.open();
    expectOk(await other.unlock(by(PASSPHRASE)));
    const { recoveryCode } = expectOk(await other.newRecoveryCode());
    expect(await world.vault.changePassphrase({ next: NEXT })).toEqual(ok());
    expect(await unlocks(world, by(NEXT))).toBe(true);
    expect(await unlocks(world, { with: 'recovery', code: recoveryCode })).toBe(true);
  });

  it("aren't written over a replaced header", async () => {
    const world = await createTestVault(storage);
    const before = await readFile(join(world.dataDir, 'slots.json'));
    expectOk(await world.vault.changePassphrase({ next: NEXT }));
    // In these tests, vaults with the same storage are copies of one vault, so another vault needs
    // another storage.
    const another = await createTestVault(storage === 'file' ? 'keyring' : 'file');
    const foreign = await readFile(join(another.dataDir, 'slots.json'));
    await writeFile(join(world.dataDir, 'slots.json'), foreign);
    expect(await world.vault.newRecoveryCode()).toMatchObject({ failure: { damage: 'foreign' } });
    expect(await readFile(join(world.dataDir, 'slots.json'))).toEqual(foreign);
    // An older header of the same vault can't unlock it with any slot.
    await writeFile(join(world.dataDir, 'slots.json'), before);
    const older = failed({ reason: 'rolled-back', file: 'slots.json', how: 'older' });
    for (const way of [by(PASSPHRASE), by(NEXT)]) {
      expect(await (await world.open()).unlock(way)).toEqual(older);
    }
  });
});

/** The product changes a passphrase or a recovery code together with the data key. */
const CHANGES: readonly (readonly [string, RekeyOptions])[] = [
  ['the passphrase', { passphrase: PASSPHRASE, newPassphrase: NEXT }],
  ['a lost passphrase', { newPassphrase: NEXT }],
  ['the recovery code', { passphrase: PASSPHRASE }],
];
const DATABASE = 'database/conversations';
const MIXTURES = [
  ['slots.json'],
  ['slots.json', 'anchor.json'],
  ['slots.json', 'secrets.jwe.json'],
  ['slots.json', 'anchor.json', 'secrets.jwe.json'],
];

describe.each(['keyring', 'file'] as const)('old files of a vault with %s storage', (storage) => {
  it.each(CHANGES)('open no current key after a change of %s', async (_what, options) => {
    const world = await createTestVault(storage);
    const { vault, dataDir } = world;
    const old = await snapshot(dataDir);
    const { recoveryCode } = expectOk(await vault.rekey(options));
    const confirming = await world.open();
    expectOk(await confirming.unlock({ with: 'recovery', code: recoveryCode }));
    expectOk(await confirming.confirmRekey());
    const key = expectOk(confirming.deriveKey(DATABASE));
    const now = await snapshot(dataDir);
    for (const older of MIXTURES) {
      for (const way of [by(PASSPHRASE), { with: 'recovery', code: world.recoveryCode } as const]) {
        for (const acceptRollback of [false, true]) {
          await putFiles(dataDir, { ...now, ...pick(old, older) });
          const opened = await world.open();
          const unlocked = await opened.unlock(way, { acceptRollback });
          const found = unlocked.ok ? revealSecret(expectOk(opened.deriveKey(DATABASE))) : '';
          expect(found, older.join(' ')).not.toBe(revealSecret(key));
          const isWhole = storage === 'keyring' || older.includes('secrets.jwe.json');
          if (!isWhole) expect(await opened.secrets.get(OPENAI.name)).toMatchObject({ ok: false });
        }
      }
    }
  });
});

function pick(files: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));
}

async function putFiles(dataDir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, hex] of Object.entries(files)) {
    await writeFile(join(dataDir, name), Buffer.from(hex, 'hex'));
  }
}

describe('a passphrase change killed between its two files', () => {
  it('is repaired by unlocking', async () => {
    const world = await createTestVault('file');
    // The secrets are written first; everything after them is restored to its old content.
    const paths = ['slots.json', 'anchor.json'].map((name) => join(world.dataDir, name));
    const before = await Promise.all(paths.map((path) => readFile(path)));
    expectOk(await world.vault.changePassphrase({ next: NEXT }));
    for (const [at, path] of paths.entries()) await writeFile(path, before[at] ?? '');
    expect(await opensAsJose(world, PASSPHRASE)).toBe(false);
    expect(await unlocks(world, by(PASSPHRASE))).toBe(true);
    expect(await opensAsJose(world, PASSPHRASE)).toBe(true);
  });
});

describe('a vault that was never created', () => {
  it('has no slots to change', async () => {
    const vault = await (await emptyTestVault()).open();
    expect(await vault.addPassphrase(NEXT)).toEqual(failed({ reason: 'vault-absent' }));
    expect(await vault.newRecoveryCode()).toEqual(failed({ reason: 'vault-absent' }));
  });
});
