import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, Secret } from '@postern/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../testing/test-world.ts';
import {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
} from '../testing/test-vault.ts';
import type { UnlockMethod } from './open-data-key.ts';
import type { Vault } from './vault.ts';

const byPassphrase: UnlockMethod = { with: 'passphrase', passphrase: PASSPHRASE };
const SECRETS = 'secrets.jwe.json';
const OTHER_TIME = failed({ reason: 'vault-damaged', file: SECRETS, damage: 'other-key' });

let made: UnlockedTestVault;
const at = (name: string) => join(made.dataDir, name);

/** A vault after a rekey, with a copy of each earlier file as `old.NAME`. */
beforeEach(async () => {
  made = await createTestVault('file');
  for (const name of ['slots.json', SECRETS]) await copyFile(at(name), at(`old.${name}`));
  expectOk(await made.vault.rekey({ passphrase: PASSPHRASE }));
  expectOk(await (await unlocked()).confirmRekey());
});

async function unlocked(): Promise<Vault> {
  const vault = await made.open();
  expectOk(await vault.unlock(byPassphrase));
  return vault;
}

describe('files of a vault from different times', () => {
  it.each(['slots.json', SECRETS])("with an old %s don't open and aren't changed", async (name) => {
    await copyFile(at(`old.${name}`), at(name));
    const before = await snapshot(made.dataDir);
    const older = failed({ reason: 'rolled-back', file: name, how: 'older' });
    const vault = await made.open();
    expect(await vault.checkRollback()).toEqual(older);
    expect(await vault.unlock(byPassphrase)).toEqual(older);
    expect(await snapshot(made.dataDir)).toEqual(before);
  });

  it.each(['slots.json', SECRETS])('with an old %s are detected by an open vault', async (name) => {
    const vault = await unlocked();
    await copyFile(at(`old.${name}`), at(name));
    const before = await snapshot(made.dataDir);
    for (const call of [
      await vault.secrets.get(OPENAI.name),
      await vault.secrets.list(),
      await vault.secrets.put(OPENAI),
      await vault.secrets.remove(OPENAI.name),
      await vault.changePassphrase({ next: Secret.of('another one') }),
    ]) {
      const reasons = ['rolled-back', 'vault-damaged', 'vault-locked'];
      expect(reasons).toContain(call.ok ? 'ok' : call.failure.reason);
    }
    expect(await snapshot(made.dataDir)).toEqual(before);
  });

  it('are refused even if the secrets file names the current key', async () => {
    const whole = await readFile(at(SECRETS), 'utf8');
    const [recipients = ''] = /\[.*\](?=,"aad")/.exec(whole) ?? [];
    const [, aad = ''] = /"aad":"([^"]*)"/.exec(whole) ?? [];
    const forged = recipients.replace(/("A256KW","kid":")[^"]*/, '$1AAAAAAAAAAAAAAAA');
    const digest = createHash('sha256').update(forged).digest('base64url');
    await writeFile(at(SECRETS), whole.replace(recipients, forged).replace(aad, digest));
    expect(await (await unlocked()).secrets.list()).toEqual(OTHER_TIME);
    await writeFile(at(SECRETS), whole.replace(recipients, forged));
    expect(await (await unlocked()).secrets.list()).toMatchObject({
      failure: { reason: 'vault-damaged', damage: 'altered' },
    });
  });

  it('are repaired by restoring a backup', async () => {
    const place = { file: at('a.backup'), passphrase: Secret.of('of the backup') };
    expectOk(await (await unlocked()).backUp(place));
    await copyFile(at(`old.${SECRETS}`), at(SECRETS));
    const vault = await made.open();
    expectOk(await vault.unlock(byPassphrase, { acceptRollback: true }));
    expect(await vault.secrets.list()).toEqual(OTHER_TIME);
    expectOk(await vault.restore(place));
    const again = await unlocked();
    expect(expectOk(await again.secrets.list()).map(({ name }) => name)).toEqual([OPENAI.name]);
    // The passphrase opens the secrets file directly too, as before.
    expect(await readFile(at(SECRETS), 'utf8')).toContain('PBES2');
  });
});

describe('a rekey in another process', () => {
  it('locks a vault that has the old key', async () => {
    const [first, second] = [await unlocked(), await unlocked()];
    expectOk(await second.rekey({ passphrase: PASSPHRASE }));
    expect(await first.secrets.list()).toEqual(failed({ reason: 'vault-locked' }));
  });

  it('reports a busy vault between its two writes, not a damaged one', async () => {
    const vault = await unlocked();
    await copyFile(at(SECRETS), at('secrets.next.jwe.json'));
    await copyFile(at(`old.${SECRETS}`), at(SECRETS));
    expect(await vault.secrets.list()).toEqual(failed({ reason: 'vault-busy' }));
    await copyFile(at('secrets.next.jwe.json'), at(SECRETS));
    expect(await vault.secrets.list()).toMatchObject(ok([{ name: OPENAI.name }]));
  });
});
