import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok, Secret } from '@postern/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../testing/test-world.ts';
import { madeVault, OPENAI, PASSPHRASE, type MadeVault } from '../testing/vault-world.ts';
import type { UnlockWay } from './open-data-key.ts';
import type { Vault } from './vault.ts';

const byPassphrase: UnlockWay = { with: 'passphrase', passphrase: PASSPHRASE };
const SECRETS = 'secrets.jwe.json';
const OTHER_TIME = failed({ reason: 'vault-damaged', file: SECRETS, damage: 'other-key' });

let made: MadeVault;
const at = (name: string) => join(made.dataDir, name);

/** A vault with a new data key, and beside each file what it was before, as `old.NAME`. */
beforeEach(async () => {
  made = await madeVault('file');
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
  it.each(['slots.json', SECRETS])('with the old %s do not open, and are left so', async (name) => {
    await copyFile(at(`old.${name}`), at(name));
    const before = await snapshot(made.dataDir);
    const older = failed({ reason: 'rolled-back', file: name, how: 'older' });
    const vault = await made.open();
    expect(await vault.expectNewest()).toEqual(older);
    expect(await vault.unlock(byPassphrase)).toEqual(older);
    expect(await snapshot(made.dataDir)).toEqual(before);
  });

  it.each(['slots.json', SECRETS])(
    'with the old %s are noticed by one that is open',
    async (name) => {
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
    },
  );

  it('are no better where somebody names another key in the file of secrets', async () => {
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

  it('are put right by a backup', async () => {
    const place = { file: at('a.backup'), passphrase: Secret.of('of the backup') };
    expectOk(await (await unlocked()).backUp(place));
    await copyFile(at(`old.${SECRETS}`), at(SECRETS));
    const vault = await made.open();
    expectOk(await vault.unlock(byPassphrase, { acceptRollback: true }));
    expect(await vault.secrets.list()).toEqual(OTHER_TIME);
    expectOk(await vault.restore(place));
    const again = await unlocked();
    expect(expectOk(await again.secrets.list()).map(({ name }) => name)).toEqual([OPENAI.name]);
    // The passphrase opens the file itself too, as it did before.
    expect(await readFile(at(SECRETS), 'utf8')).toContain('PBES2');
  });
});

describe('a data key that is being changed by another process', () => {
  it('locks the vault that has the key of before', async () => {
    const [first, second] = [await unlocked(), await unlocked()];
    expectOk(await second.rekey({ passphrase: PASSPHRASE }));
    expect(await first.secrets.list()).toEqual(failed({ reason: 'vault-locked' }));
  });

  it('is busy between its two files, not damaged', async () => {
    const vault = await unlocked();
    await copyFile(at(SECRETS), at('secrets.next.jwe.json'));
    await copyFile(at(`old.${SECRETS}`), at(SECRETS));
    expect(await vault.secrets.list()).toEqual(failed({ reason: 'vault-busy' }));
    await copyFile(at('secrets.next.jwe.json'), at(SECRETS));
    expect(await vault.secrets.list()).toMatchObject(ok([{ name: OPENAI.name }]));
  });
});
