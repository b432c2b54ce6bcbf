import { expectOk, failed, ok, revealSecret, Secret } from '@postern/kernel';
import type { KeyedDatabase, UnlockMethod, Vault } from '@postern/vault';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
} from '@postern/vault/testing';
import { describe, expect, it } from 'vitest';

const NEXT = Secret.of('a wholly different phrase');
const PURPOSE = 'database/conversations';
const by = (passphrase: Secret): UnlockMethod => ({ with: 'passphrase', passphrase });
const byCode = (code: Secret): UnlockMethod => ({ with: 'recovery', code });

/** A database with a key. The test sets the results of its next key changes. */
interface Database extends KeyedDatabase {
  key: string;
  /** The results of the next key changes. Default: `done`. */
  readonly answers: ('done' | 'refused' | 'killed')[];
}

function databaseFor(purpose: string): Database {
  const database: Database = {
    purpose,
    key: '',
    answers: [],
    rekey: (from, to) => {
      const answer = database.answers.shift() ?? 'done';
      if (answer === 'killed') return Promise.reject(new Error('killed'));
      if (answer === 'refused') return Promise.resolve(failed({ reason: 'disk-full' }));
      if (database.key === revealSecret(to)) return Promise.resolve(ok());
      if (database.key !== revealSecret(from)) return refusal();
      database.key = revealSecret(to);
      return Promise.resolve(ok());
    },
    verify: (key) => (database.key === revealSecret(key) ? Promise.resolve(ok()) : refusal()),
  };
  return database;
}

const refusal = () => Promise.resolve(failed({ reason: 'wrong-key' }));

interface Scene extends UnlockedTestVault {
  readonly database: Database;
}

async function scene(): Promise<Scene> {
  const database = databaseFor(PURPOSE);
  const world = await createTestVault('file', [database]);
  database.key = revealSecret(expectOk(world.vault.deriveKey(PURPOSE)));
  return { ...world, database };
}

/** Opens the vault as another process does. Returns undefined if this can't unlock it. */
async function unlockWith({ open }: Scene, method: UnlockMethod): Promise<Vault | undefined> {
  const vault = await open();
  return (await vault.unlock(method)).ok ? vault : undefined;
}

/** What a user does after losing the passphrase. Returns the new recovery code. */
async function recover(vault: Vault): Promise<Secret> {
  expect(await vault.changePassphrase({ next: NEXT })).toEqual(ok());
  return expectOk(await vault.newRecoveryCode()).recoveryCode;
}

/** The first unlock the vault with all its content; the others don't. */
async function expectUnlocks(
  world: Scene,
  methods: readonly UnlockMethod[],
  ended: readonly UnlockMethod[],
): Promise<void> {
  for (const method of methods) {
    const vault = await unlockWith(world, method);
    const record = vault && expectOk(await vault.secrets.get(OPENAI.name));
    expect([...(record?.fields.values() ?? [])].map(revealSecret)).toEqual(['sk-test-0123456789']);
    expect(vault && revealSecret(expectOk(vault.deriveKey(PURPOSE)))).toBe(world.database.key);
  }
  for (const method of ended) expect(await unlockWith(world, method)).toBeUndefined();
}

describe('a passphrase lost while a new data key is unconfirmed', () => {
  it.each(['before', 'with'] as const)(
    'is replaced by the recovery code from %s the change',
    async (which) => {
      const world = await scene();
      const made = expectOk(await world.vault.rekey({ passphrase: PASSPHRASE }));
      const codes = [world.recoveryCode, made.recoveryCode] as const;
      const vault = await unlockWith(world, byCode(codes[which === 'before' ? 0 : 1]));
      if (vault === undefined) throw new Error('the code is rejected');
      const code = await recover(vault);
      const methods = [by(NEXT), byCode(code)];
      const ended = [by(PASSPHRASE), ...codes.map(byCode)];
      expect(await vault.isRekeyUnconfirmed()).toEqual(ok(true));
      await expectUnlocks(world, methods, ended);
      const next = await unlockWith(world, by(NEXT));
      expect(await next?.confirmRekey()).toEqual(ok());
      expect(await next?.unfinished()).toEqual(ok(undefined));
      await expectUnlocks(world, methods, ended);
    },
  );

  it('keeps both codes valid until a new one is created, as neither may have been noted', async () => {
    const world = await scene();
    const made = expectOk(await world.vault.rekey({ passphrase: PASSPHRASE }));
    const codes = [byCode(world.recoveryCode), byCode(made.recoveryCode)];
    const vault = await unlockWith(world, byCode(world.recoveryCode));
    expect(await vault?.changePassphrase({ next: NEXT })).toEqual(ok());
    await expectUnlocks(world, [by(NEXT), ...codes], [by(PASSPHRASE)]);
  });
});

describe('a passphrase lost after a data key change was interrupted', () => {
  it('is replaced with the recovery code, which continues the change', async () => {
    const world = await scene();
    world.database.answers.push('killed');
    await expect(world.vault.rekey({ passphrase: PASSPHRASE })).rejects.toThrow('killed');
    const vault = await unlockWith(world, byCode(world.recoveryCode));
    if (vault === undefined) throw new Error('the code is rejected');
    expect(await vault.isRekeyUnconfirmed()).toEqual(ok(true));
    const code = await recover(vault);
    const ended = [by(PASSPHRASE), byCode(world.recoveryCode)];
    await expectUnlocks(world, [by(NEXT), byCode(code)], ended);
    expect(await (await unlockWith(world, byCode(code)))?.confirmRekey()).toEqual(ok());
    await expectUnlocks(world, [by(NEXT), byCode(code)], ended);
  });

  it("is replaced if the change is undone, and the change isn't resumed later", async () => {
    const world = await scene();
    const { vault: first, keyring, database } = world;
    expectOk(await first.addKeyring());
    database.answers.push('killed');
    await expect(first.rekey({ passphrase: PASSPHRASE })).rejects.toThrow('killed');
    const before = database.key;
    // With a locked keyring, the change can't continue and its entry can't be removed.
    keyring.failure = { reason: 'keyring-locked' };
    const vault = await unlockWith(world, byCode(world.recoveryCode));
    if (vault === undefined) throw new Error('the code is rejected');
    const code = await recover(vault);
    const ended = [by(PASSPHRASE), byCode(world.recoveryCode)];
    await expectUnlocks(world, [by(NEXT), byCode(code)], ended);
    keyring.failure = undefined;
    await expectUnlocks(world, [by(NEXT), byCode(code), { with: 'keyring' }], ended);
    expect(database.key).toBe(before);
    const slots = [...keyring.entries.keys()].filter((account) => account.startsWith('+slot.'));
    expect(slots).toHaveLength(1);
    expect(await vault.unfinished()).toEqual(ok(undefined));
  });

  it("isn't replaced in a header that is about to be removed", async () => {
    const databases = [databaseFor(PURPOSE), databaseFor('database/gateway')] as const;
    const { vault, open } = await createTestVault('file', databases);
    for (const database of databases) {
      database.key = revealSecret(expectOk(vault.deriveKey(database.purpose)));
    }
    // The second database refuses the new key; the first then refuses to return to the old one.
    databases[0].answers.push('done', 'refused');
    databases[1].answers.push('refused');
    expect(await vault.rekey({ passphrase: PASSPHRASE })).toMatchObject({
      failure: { reason: 'database-refused', purpose: 'database/gateway' },
    });
    const unfinished = failed({ reason: 'unfinished', operation: 'rekey' });
    expect(await vault.changePassphrase({ next: NEXT })).toEqual(unfinished);
    expect(await vault.newRecoveryCode()).toEqual(unfinished);
    const next = await open();
    expect(await next.unlock(by(PASSPHRASE))).toEqual(ok());
    expect(await next.isRekeyUnconfirmed()).toEqual(ok(true));
    expect(await next.changePassphrase({ next: NEXT })).toEqual(ok());
  });
});
