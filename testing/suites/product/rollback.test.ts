import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, type FreshHome } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const OLD = 'sk-ant-api03-0123456789012345678901234567890123456789';
const NEW = 'sk-ant-api03-9876543210987654321098765432109876543210';

let home: FreshHome;
const at = (name: string): string => join(home.path, '.local', 'share', 'postern', 'vault', name);
const run = async (parameters: readonly string[], input = '') =>
  await runPostern(parameters, { environment: home.environment, passphrase: PASSPHRASE, input });

beforeEach(async () => {
  home = freshHome();
  expect(await run(['secret', 'set', 'anthropic'], OLD)).toMatchObject({ code: 0 });
  for (const name of ['slots.json', 'secrets.jwe.json']) copyFileSync(at(name), at(`${name}.old`));
  expect(await run(['secret', 'rotate', 'anthropic'], NEW)).toMatchObject({ code: 0 });
  expect(await run(['vault', 'recovery'])).toMatchObject({ code: 0 });
});

afterEach(() => {
  home[Symbol.dispose]();
});

describe('a file of the vault that was put back', () => {
  it.each(['slots.json', 'secrets.jwe.json'])('is named: %s', async (name) => {
    copyFileSync(at(`${name}.old`), at(name));
    const before = readFileSync(at(name));
    const refused = await run(['secret', 'get', 'anthropic']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toContain(`${name} is older than the newest that this vault had`);
    expect(refused.stderr).toContain('postern vault accept-rollback');
    for (const command of [['doctor'], ['status'], ['auth', 'storage', 'status']]) {
      const looked = await run(command);
      expect(`${looked.stdout}${looked.stderr}`, command.join(' ')).toContain(`${name} is older`);
    }
    expect(readFileSync(at(name))).toEqual(before);
  });

  it('is taken on purpose, and that is recorded', async () => {
    copyFileSync(at('secrets.jwe.json.old'), at('secrets.jwe.json'));
    expect(await run(['vault', 'accept-rollback'])).toMatchObject({ code: 0 });
    const found = await run(['secret', 'get', 'anthropic']);
    expect(found.code).toBe(0);
    expect(found.stdout).toContain(OLD);
    expect((await run(['audit', 'tail'])).stdout).toContain('Older vault files accepted');
    const again = await run(['vault', 'accept-rollback', '--json']);
    expect(JSON.parse(again.stdout)).toEqual({ accepted: false });
  });

  it('is missed where it is the anchor that was removed', async () => {
    rmSync(at('anchor.json'));
    const refused = await run(['secret', 'list']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toContain('anchor.json was removed');
    expect(await run(['vault', 'accept-rollback'])).toMatchObject({ code: 0 });
    expect(await run(['secret', 'list'])).toMatchObject({ code: 0 });
  });
});
