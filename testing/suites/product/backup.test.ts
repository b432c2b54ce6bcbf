import { truncateSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, runPostern, type Ended } from '@postern/testing';
import { expect, test } from 'vitest';

const VALUE = 'sk-the-old-value-that-is-long-enough';
const LATER = 'sk-the-new-value-that-is-long-enough';

test('a backup restores its secrets to the vault and to a new home', async () => {
  using home = freshHome();
  using other = freshHome();
  const run = async (
    parameters: readonly string[],
    { backup = 'a passphrase of its own', input = '', environment = home.environment } = {},
  ): Promise<Ended> =>
    await runPostern(parameters, {
      environment,
      input,
      passphrase: 'three blind mice run',
      descriptors: [backup],
    });
  const fd = ['--backup-passphrase-fd', '4'];
  const file = join(home.path, 'backup');
  expect(await run(['secret', 'set', 'openai'], { input: VALUE })).toMatchObject({ code: 0 });
  const made = await run(['auth', 'storage', 'backup', file, ...fd, '--json']);
  expect(made).toMatchObject({ code: 0 });
  expect(JSON.parse(made.stdout)).toMatchObject({ file, names: ['openai'], chats: null });
  const verified = await run(['auth', 'storage', 'verify', file, ...fd]);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.stdout).toContain('is whole');
  expect(verified.stdout).toContain('secrets: 1');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await run(['auth', 'storage', 'backup', file, ...fd])).toMatchObject({ code: 8 });

  expect(await run(['secret', 'set', 'openai'], { input: LATER })).toMatchObject({ code: 0 });
  const restore = ['auth', 'storage', 'restore', file, ...fd];
  expect(await run(restore)).toMatchObject({ code: 2 });
  const wrong = await run([...restore, '--yes'], { backup: 'another one' });
  expect(wrong).toMatchObject({ code: 8 });
  expect(wrong.stderr).toContain("Can't open the backup: wrong passphrase. Nothing was changed.");
  expect(wrong.stderr).not.toMatch(/recovery code|open the vault/);
  expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(LATER);
  expect(await run([...restore, '--yes'])).toMatchObject({ code: 0 });
  expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(VALUE);
  expect((await run(['audit', 'export'])).stdout).toMatch(/vault\.backup[^]*vault\.restore/);

  const { environment } = other;
  expect(await run(restore, { environment })).toMatchObject({ code: 0 });
  expect((await run(['secret', 'get', 'openai', '--raw'], { environment })).stdout).toBe(VALUE);
  truncateSync(file, 100);
  expect(await run(['auth', 'storage', 'verify', file, ...fd])).toMatchObject({ code: 6 });
  expect(await run([...restore, '--yes'])).toMatchObject({ code: 6 });
  expect((await run(['secret', 'get', 'openai', '--raw'])).stdout).toBe(VALUE);
});
