import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import type { UnlockMethod, Vault } from '@postern/vault';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
} from '@postern/vault/testing';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

const NEXT = Secret.of('a wholly different phrase');
const by = (passphrase: Secret): UnlockMethod => ({ with: 'passphrase', passphrase });
const byKeyring: UnlockMethod = { with: 'keyring' };
const WRONG = failed({ reason: 'wrong-passphrase' });
const REMOVED = failed({ reason: 'keyring-part-missing', cause: 'removed' });

interface Both extends UnlockedTestVault {
  readonly code: Secret;
}

/** A vault that requires both, after it was in the keyring. */
async function requireBoth(storage: 'keyring' | 'file' = 'keyring'): Promise<Both> {
  const made = await createTestVault(storage);
  const { vault } = made;
  const toFile = { to: 'file', passphrase: PASSPHRASE, removeSource: true } as const;
  if (storage === 'keyring') expectOk(await vault.migrate(toFile));
  const renewed = expectOk(await vault.rekey({ passphrase: PASSPHRASE, requireBoth: true }));
  expectOk(await (await unlocked(made, by(PASSPHRASE))).confirmRekey());
  return { ...made, code: renewed.recoveryCode };
}

async function unlocked({ open }: UnlockedTestVault, way: UnlockMethod): Promise<Vault> {
  const vault = await open();
  expectOk(await vault.unlock(way));
  return vault;
}

const kinds = (vault: Vault) => vault.slots.map(({ kind }) => kind).sort();

/** The files of a vault and its keyring, to put them back later. */
async function saveAll({ dataDir, keyring }: UnlockedTestVault) {
  const names = await readdir(dataDir);
  const files = new Map<string, Uint8Array>();
  for (const name of names) files.set(name, await readFile(join(dataDir, name)));
  return { files, entries: new Map(keyring.entries) };
}

let both: Both;
beforeEach(async () => {
  both = await requireBoth();
});

describe('a vault that requires the keyring and the passphrase', () => {
  it('opens with both together, and with the recovery code alone', async () => {
    for (const way of [by(PASSPHRASE), { with: 'recovery', code: both.code } as const]) {
      const vault = await unlocked(both, way);
      expect(vault.requiresBoth).toBe(true);
      expect(expectOk(await vault.secrets.get(OPENAI.name))?.name).toBe(OPENAI.name);
      expect(kinds(vault)).toEqual(['keyring-passphrase', 'recovery']);
    }
  });

  it("doesn't open with what the keyring has, and a wrong passphrase", async () => {
    const vault = await both.open();
    expect(await vault.unlock(byKeyring)).toEqual(
      failed({ reason: 'slot-missing', kind: 'keyring' }),
    );
    expect(await vault.unlock(by(NEXT))).toEqual(WRONG);
    expect(await vault.unlock(by(Secret.of('')))).toEqual(WRONG);
    const names = [...both.keyring.entries.keys()].map((account) => account.replace(/@.*/, ''));
    expect(names.filter((name) => name.startsWith('+slot.'))).toHaveLength(1);
    expect(names.filter((name) => !name.startsWith('+'))).toEqual([]);
    expect(names).not.toContain('+key.audit-log');
  });

  it("doesn't open with the passphrase and no keyring, and says which is missing", async () => {
    const vault = await both.open();
    both.keyring.failure = { reason: 'keyring-unavailable', cause: 'no-bus' };
    const absent = failed({ reason: 'keyring-part-missing', cause: 'no-bus' });
    expect(await vault.unlock(by(PASSPHRASE))).toEqual(absent);
    both.keyring.failure = { reason: 'keyring-locked' };
    expect(await vault.unlock(by(PASSPHRASE))).toEqual(failed({ reason: 'keyring-locked' }));
    both.keyring.failure = undefined;
    both.keyring.entries.clear();
    expect(await vault.unlock(by(PASSPHRASE))).toEqual(REMOVED);
    expectOk(await vault.unlock({ with: 'recovery', code: both.code }));
  });

  it("doesn't open with another vault's or slot's secret in its entry", async () => {
    const other = await requireBoth();
    const [mine, theirs] = [both, other].map(({ keyring }) =>
      [...keyring.entries].find(([account]) => account.startsWith('+slot.')),
    );
    if (mine === undefined || theirs === undefined) throw new Error('no entry');
    both.keyring.entries.set(mine[0], theirs[1]);
    expect(await (await both.open()).unlock(by(PASSPHRASE))).toEqual(REMOVED);
  });

  it('keeps no copy of the content key that the passphrase alone opens', async () => {
    const text = await readFile(join(both.dataDir, 'secrets.jwe.json'), 'utf8');
    expect(text).not.toContain('PBES2');
    await unlocked(both, by(PASSPHRASE));
    const vault = await unlocked(both, by(PASSPHRASE));
    expectOk(await vault.secrets.put(OPENAI));
    expect(await readFile(join(both.dataDir, 'secrets.jwe.json'), 'utf8')).not.toContain('PBES2');
  });

  it('gets no slot that opens it with one of them', async () => {
    const vault = await unlocked(both, by(PASSPHRASE));
    const exists = failed({ reason: 'slot-exists', kind: 'keyring-passphrase' });
    expect(await vault.addKeyring()).toEqual(exists);
    expect(await vault.addPassphrase(NEXT)).toEqual(exists);
    expect(kinds(await both.open())).toEqual(['keyring-passphrase', 'recovery']);
  });

  it('still requires both after its passphrase, recovery code or data key changed', async () => {
    const changes: readonly ((vault: Vault) => Promise<unknown>)[] = [
      (vault) => vault.newRecoveryCode(),
      (vault) => vault.changePassphrase({ next: NEXT, current: PASSPHRASE }),
      (vault) => vault.rekey({ passphrase: NEXT }),
      async () => {
        expectOk(await (await unlocked(both, by(NEXT))).confirmRekey());
      },
      (vault) => vault.rekey({ passphrase: NEXT, newPassphrase: PASSPHRASE }),
    ];
    let passphrase = PASSPHRASE;
    for (const [index, change] of changes.entries()) {
      await change(await unlocked(both, by(passphrase)));
      passphrase = index >= 1 && index < 4 ? NEXT : PASSPHRASE;
      expect(kinds(await both.open())).toEqual(['keyring-passphrase', 'recovery']);
    }
    expectOk(await (await unlocked(both, by(PASSPHRASE))).confirmRekey());
    expect(await (await both.open()).unlock(by(NEXT))).toEqual(WRONG);
    both.keyring.entries.clear();
    expect(await (await both.open()).unlock(by(PASSPHRASE))).toEqual(REMOVED);
  });

  it('rejects a change with a wrong passphrase, and changes nothing', async () => {
    const vault = await unlocked(both, by(PASSPHRASE));
    const { files } = await saveAll(both);
    expect(await vault.changePassphrase({ next: NEXT, current: NEXT })).toEqual(WRONG);
    expect(await vault.rekey({ passphrase: NEXT })).toEqual(WRONG);
    expect(await vault.rekey()).toEqual(failed({ reason: 'passphrase-needed' }));
    expect((await saveAll(both)).files).toEqual(files);
  });
});

describe('what was there before both were required', () => {
  it.each(['keyring', 'file'] as const)(
    'opens nothing new if it was put back (%s)',
    async (storage) => {
      const made = await createTestVault(storage);
      const before = await saveAll(made);
      if (storage === 'keyring') {
        const toFile = { to: 'file', passphrase: PASSPHRASE, removeSource: true } as const;
        expectOk(await made.vault.migrate(toFile));
      }
      expectOk(await made.vault.rekey({ passphrase: PASSPHRASE, requireBoth: true }));
      const confirming = await unlocked(made, by(PASSPHRASE));
      expectOk(await confirming.confirmRekey());
      const after = await saveAll(made);
      const key = expectOk(confirming.deriveKey('database/conversations'));
      // An attacker who has the old keyring and the old slots, but not both of what is required now.
      made.keyring.entries.clear();
      for (const [account, value] of before.entries) made.keyring.entries.set(account, value);
      await writeFile(join(made.dataDir, 'slots.json'), before.files.get('slots.json') ?? '');
      const vault = await made.open();
      const ways = [byKeyring, by(PASSPHRASE)];
      for (const way of ways) expect((await vault.unlock(way)).ok).toBe(false);
      for (const way of ways) {
        const accepted = await vault.unlock(way, { acceptRollback: true });
        if (!accepted.ok) continue;
        // The old key of an old header: it opens neither the databases nor the secrets of today.
        const old = expectOk(vault.deriveKey('database/conversations'));
        expect(revealSecret(old)).not.toBe(revealSecret(key));
        if (storage === 'file') expect((await vault.secrets.list()).ok).toBe(false);
      }
      for (const [name, bytes] of after.files) await writeFile(join(made.dataDir, name), bytes);
      expect(await (await made.open()).unlock(by(PASSPHRASE))).toEqual(REMOVED);
    },
  );

  it('leaves nothing of the keyring storage behind', async () => {
    const slots = [...both.keyring.entries.keys()].filter((one) => one.startsWith('+slot.'));
    expect(slots).toHaveLength(1);
    const { slots: own } = await both.open();
    expect(slots[0]).toContain(own.find(({ kind }) => kind === 'keyring-passphrase')?.id);
  });

  it('opens until the change is confirmed, then never again', async () => {
    const made = await createTestVault('file');
    await copyFile(join(made.dataDir, 'slots.json'), join(made.dataDir, '.old'));
    expectOk(await made.vault.rekey({ passphrase: PASSPHRASE, requireBoth: true }));
    const entries = new Map(made.keyring.entries);
    made.keyring.entries.clear();
    // The passphrase alone, by the old slot in the journal.
    expectOk(await (await made.open()).unlock(by(PASSPHRASE)));
    for (const [account, value] of entries) made.keyring.entries.set(account, value);
    expectOk(await (await unlocked(made, by(PASSPHRASE))).confirmRekey());
    made.keyring.entries.clear();
    expect(await (await made.open()).unlock(by(PASSPHRASE))).toEqual(REMOVED);
  });
});

describe('no longer requiring both', () => {
  it('moves the secrets to the keyring, which then opens the vault alone', async () => {
    const vault = await unlocked(both, by(PASSPHRASE));
    expectOk(await vault.migrate({ to: 'keyring', removeSource: true }));
    const again = await unlocked(both, byKeyring);
    expect(kinds(again)).toEqual(['keyring', 'recovery']);
    expect(expectOk(await again.secrets.get(OPENAI.name))?.name).toBe(OPENAI.name);
    const slots = [...both.keyring.entries.keys()].filter((one) => one.startsWith('+slot.'));
    expect(slots).toHaveLength(1);
  });

  it('lets the passphrase open the vault alone, and leaves nothing in the keyring', async () => {
    const vault = await unlocked(both, by(PASSPHRASE));
    expectOk(await vault.rekey({ passphrase: PASSPHRASE, requireBoth: false }));
    expectOk(await (await unlocked(both, by(PASSPHRASE))).confirmRekey());
    expect([...both.keyring.entries.keys()]).toEqual([]);
    expect(kinds(await unlocked(both, by(PASSPHRASE)))).toEqual(['passphrase', 'recovery']);
  });

  it('works with the recovery code if the keyring is gone', async () => {
    both.keyring.failure = { reason: 'keyring-unavailable', cause: 'no-service' };
    onTestFinished(() => {
      both.keyring.failure = undefined;
    });
    const vault = await unlocked(both, { with: 'recovery', code: both.code });
    expect((await vault.rekey({ newPassphrase: NEXT })).ok).toBe(false);
    expectOk(await vault.rekey({ newPassphrase: NEXT, requireBoth: false }));
    expectOk(await (await unlocked(both, by(NEXT))).confirmRekey());
    expectOk(await (await unlocked(both, by(NEXT))).secrets.get(OPENAI.name));
    expect(await (await both.open()).unfinished()).toEqual(ok(undefined));
  });

  it('works with the recovery code if the keyring is gone and a new data key waits', async () => {
    const first = await unlocked(both, by(PASSPHRASE));
    const { recoveryCode } = expectOk(await first.rekey({ passphrase: PASSPHRASE }));
    both.keyring.failure = { reason: 'keyring-unavailable', cause: 'no-service' };
    const vault = await unlocked(both, { with: 'recovery', code: recoveryCode });
    expect(await vault.changePassphrase({ next: NEXT })).toMatchObject({ ok: false });
    expectOk(await vault.changePassphrase({ next: NEXT, requireBoth: false }));
    expectOk(await (await unlocked(both, by(NEXT))).confirmRekey());
    expect(kinds(await unlocked(both, by(NEXT)))).toEqual(['passphrase', 'recovery']);
  });

  it("can't be required while the keyring stores the secrets as they are", async () => {
    const { vault } = await createTestVault('keyring');
    const refused = await vault.rekey({ passphrase: PASSPHRASE, requireBoth: true });
    expect(refused).toMatchObject({ failure: { reason: 'backend-changed' } });
  });
});
