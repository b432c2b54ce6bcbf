import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import type { UnlockWay, Vault } from '@postern/vault';
import { generalDecrypt, type GeneralJWE } from 'jose';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { madeVault, OPENAI, PASSPHRASE, vaultWorld, type VaultWorld } from '@postern/vault/testing';

const NEXT = Secret.of('a wholly different phrase');
const by = (passphrase: Secret): UnlockWay => ({ with: 'passphrase', passphrase });
const WRONG = failed({ reason: 'wrong-passphrase' });

async function unlocks({ open }: VaultWorld, way: UnlockWay): Promise<boolean> {
  const again = await open();
  return (await again.unlock(way)).ok && (await again.secrets.get(OPENAI.name)).ok;
}

function idOf(vault: Vault, kind: string): string {
  return vault.slots.find((slot) => slot.kind === kind)?.id ?? '';
}

/** What any JOSE tool finds, knowing nothing but the passphrase. */
async function opensAsJose({ dataDir }: VaultWorld, passphrase: Secret): Promise<boolean> {
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
  it('change their passphrase: only the new one opens', async () => {
    const world = await madeVault(storage);
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

  it('take a new recovery code: the old one opens nothing', async () => {
    const world = await madeVault(storage);
    const { recoveryCode } = expectOk(await world.vault.newRecoveryCode());
    expect(await unlocks(world, { with: 'recovery', code: recoveryCode })).toBe(true);
    expect(
      await (await world.open()).unlock({ with: 'recovery', code: world.recoveryCode }),
    ).toEqual(failed({ reason: 'wrong-recovery-code' }));
  });

  it('can be removed but for the last', async () => {
    const world = await madeVault(storage);
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

  it('take a passphrase again after it was removed, but no second one', async () => {
    const world = await madeVault(storage);
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

  it('take a keyring slot, whose entry goes when it is replaced or removed', async () => {
    const world = await madeVault(storage);
    const { vault, keyring } = world;
    const saltEntries = () => [...keyring.entries.keys()].filter((key) => key.startsWith('+slot.'));
    expect(await vault.addKeyring()).toEqual(ok());
    expect(await vault.addKeyring()).toEqual(ok());
    expect(saltEntries()).toHaveLength(1);
    expect(await unlocks(world, { with: 'keyring' })).toBe(true);
    expect(await vault.removeSlot(idOf(vault, 'keyring'))).toEqual(ok());
    expect(saltEntries()).toEqual([]);
  });

  it('see what another process changed', async () => {
    const world = await madeVault(storage);
    const other = await world.open();
    expectOk(await other.unlock(by(PASSPHRASE)));
    const { recoveryCode } = expectOk(await other.newRecoveryCode());
    expect(await world.vault.changePassphrase({ next: NEXT })).toEqual(ok());
    expect(await unlocks(world, by(NEXT))).toBe(true);
    expect(await unlocks(world, { with: 'recovery', code: recoveryCode })).toBe(true);
  });

  it('are not written over a header that somebody put in its place', async () => {
    const world = await madeVault(storage);
    const before = await readFile(join(world.dataDir, 'slots.json'));
    expectOk(await world.vault.changePassphrase({ next: NEXT }));
    // Vaults of one storage are copies of one in these tests; another storage has another vault.
    const another = await madeVault(storage === 'file' ? 'keyring' : 'file');
    const foreign = await readFile(join(another.dataDir, 'slots.json'));
    await writeFile(join(world.dataDir, 'slots.json'), foreign);
    expect(await world.vault.newRecoveryCode()).toMatchObject({ failure: { damage: 'foreign' } });
    expect(await readFile(join(world.dataDir, 'slots.json'))).toEqual(foreign);
    // An older header of the same vault opens nothing any more, by any way.
    await writeFile(join(world.dataDir, 'slots.json'), before);
    const older = failed({ reason: 'rolled-back', file: 'slots.json', how: 'older' });
    for (const way of [by(PASSPHRASE), by(NEXT)]) {
      expect(await (await world.open()).unlock(way)).toEqual(older);
    }
  });
});

describe('a passphrase change killed between its two files', () => {
  it('is healed by unlocking', async () => {
    const world = await madeVault('file');
    // The secrets go first: what is written after them is as it was before.
    const paths = ['slots.json', 'anchor.json'].map((name) => join(world.dataDir, name));
    const before = await Promise.all(paths.map((path) => readFile(path)));
    expectOk(await world.vault.changePassphrase({ next: NEXT }));
    for (const [at, path] of paths.entries()) await writeFile(path, before[at] ?? '');
    expect(await opensAsJose(world, PASSPHRASE)).toBe(false);
    expect(await unlocks(world, by(PASSPHRASE))).toBe(true);
    expect(await opensAsJose(world, PASSPHRASE)).toBe(true);
  });
});

describe('a vault that was never made', () => {
  it('has no slots to change', async () => {
    const vault = await (await vaultWorld()).open();
    expect(await vault.addPassphrase(NEXT)).toEqual(failed({ reason: 'vault-absent' }));
    expect(await vault.newRecoveryCode()).toEqual(failed({ reason: 'vault-absent' }));
  });
});
