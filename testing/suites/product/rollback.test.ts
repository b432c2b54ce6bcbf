import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const OLD = 'sk-ant-api03-0123456789012345678901234567890123456789';
const NEXT = 'see how they run away';
const NEW = 'sk-ant-api03-9876543210987654321098765432109876543210';

const OLDER = ['slots.json', 'anchor.json'];

let home: FreshHome;
const at = (name: string): string => join(home.path, '.local', 'share', 'postern', 'vault', name);
const run = async (parameters: readonly string[], input = '') =>
  await runPostern(parameters, { environment: home.environment, passphrase: PASSPHRASE, input });

beforeEach(async () => {
  home = freshHome();
  expect(await run(['secret', 'set', 'anthropic'], OLD)).toMatchObject({ code: 0 });
  copyFileSync(at('slots.json'), at('slots.json.old'));
  expect(await run(['vault', 'recovery'])).toMatchObject({ code: 0 });
  copyFileSync(at('secrets.jwe.json'), at('secrets.jwe.json.old'));
  expect(await run(['secret', 'rotate', 'anthropic'], NEW)).toMatchObject({ code: 0 });
});

afterEach(() => {
  home[Symbol.dispose]();
});

describe('a vault file that was replaced by an older copy', () => {
  it.each(['slots.json', 'secrets.jwe.json'])('is reported: %s', async (name) => {
    copyFileSync(at(`${name}.old`), at(name));
    const before = readFileSync(at(name));
    const refused = await run(['secret', 'get', 'anthropic']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toContain(`${name} is older than this vault's newest copy`);
    expect(refused.stderr).toContain('postern vault accept-rollback');
    for (const command of [['doctor'], ['status'], ['auth', 'storage', 'status']]) {
      const looked = await run(command);
      expect(`${looked.stdout}${looked.stderr}`, command.join(' ')).toContain(`${name} is older`);
    }
    expect(readFileSync(at(name))).toEqual(before);
  });

  it.each([
    ['the passphrase', ['vault', 'passphrase', '--new-passphrase-fd', '4'], NEXT],
    ['the recovery code', ['vault', 'recovery'], PASSPHRASE],
  ])('opens no current data after a change of %s', async (_what, change, passphrase) => {
    expect(await run(['key', 'create', 'mine', '--all-models'])).toMatchObject({ code: 0 });
    for (const name of OLDER) copyFileSync(at(name), at(`${name}.old`));
    const { environment } = home;
    const changed = await runPostern(change, {
      environment,
      passphrase: PASSPHRASE,
      descriptors: [NEXT],
    });
    expect(changed).toMatchObject({ code: 0 });
    expect(changed.stderr).toMatch(/Recovery code: postern1-/);
    const now = await runPostern(['secret', 'get', 'anthropic'], { environment, passphrase });
    expect(now.stdout).toContain(NEW);
    // As after a kill, but with an older data key: the secrets are one generation ahead.
    for (const name of OLDER) copyFileSync(at(`${name}.old`), at(name));
    for (const accepted of [false, true]) {
      if (accepted) await run(['vault', 'accept-rollback']);
      const secret = await run(['secret', 'get', 'anthropic']);
      expect(secret).toMatchObject({ code: 6, stdout: '' });
      expect(secret.stderr).toContain('a different data key than slots.json');
      expect(await run(['key', 'list'])).toMatchObject({ code: 6, stdout: '' });
    }
    // If all of them are restored, the vault is the older one, which can't open the current
    // databases.
    copyFileSync(at('secrets.jwe.json.old'), at('secrets.jwe.json'));
    const secret = await run(['secret', 'get', 'anthropic']);
    expect(secret.stdout).not.toContain(NEW);
    expect(await run(['key', 'list'])).toMatchObject({ code: 6, stdout: '' });
  });

  it('can be accepted, and the audit log records it', async () => {
    copyFileSync(at('secrets.jwe.json.old'), at('secrets.jwe.json'));
    expect(await run(['vault', 'accept-rollback'])).toMatchObject({ code: 0 });
    const found = await run(['secret', 'get', 'anthropic']);
    expect(found.code).toBe(0);
    expect(found.stdout).toContain(OLD);
    expect((await run(['audit', 'tail'])).stdout).toContain('Older vault files accepted');
    const again = await run(['vault', 'accept-rollback', '--json']);
    expect(JSON.parse(again.stdout)).toEqual({ accepted: false });
  });

  it('is detected if the anchor was removed', async () => {
    rmSync(at('anchor.json'));
    const refused = await run(['secret', 'list']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toContain('anchor.json was removed');
    expect(await run(['vault', 'accept-rollback'])).toMatchObject({ code: 0 });
    expect(await run(['secret', 'list'])).toMatchObject({ code: 0 });
  });
});
