import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, POSTERN_LAUNCHER, runPostern, type Ended } from '@postern/testing';
import { expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const BACKUP = 'a passphrase of its own';
const STRONG = { memoryKiB: 65_536, passes: 3, lanes: 4, p2c: 600_000 };

/** Returns every key derivation cost in a file of the vault. */
function costsIn(text: string): Readonly<Record<string, number>> {
  const named = text.matchAll(/"(memoryKiB|passes|lanes|p2c|iterations)":(\d+)/g);
  return Object.fromEntries([...named].map(([, name = '', cost]) => [name, Number(cost)]));
}

/** Creates a vault with one secret, and a backup. Returns the costs that their files require. */
async function costsOfVaultFrom(
  program: string | undefined,
  home: { readonly path: string; readonly environment: Readonly<Record<string, string>> },
): Promise<Readonly<Record<string, number>>> {
  const options = {
    environment: home.environment,
    passphrase: PASSPHRASE,
    descriptors: [BACKUP],
    ...(program === undefined ? {} : { program }),
  };
  const input = 'sk-a-value-that-is-long-enough';
  expect(await runPostern(['secret', 'set', 'mine'], { ...options, input })).toMatchObject({
    code: 0,
  });
  const backup = ['auth', 'storage', 'backup', join(home.path, 'backup')];
  expect(await runPostern([...backup, '--backup-passphrase-fd', '4'], options)).toMatchObject({
    code: 0,
  });
  const vault = join(home.path, '.local/share/postern/vault');
  const slots = costsIn(readFileSync(join(vault, 'slots.json'), 'utf8'));
  const secrets = costsIn(readFileSync(join(vault, 'secrets.jwe.json'), 'utf8'));
  expect(costsIn(readFileSync(join(home.path, 'backup'), 'utf8'))).toEqual(secrets);
  return { ...slots, ...secrets };
}

test('the shipped program uses the strong costs and rejects lower ones', async () => {
  using strong = freshHome();
  using weak = freshHome();
  expect(await costsOfVaultFrom(POSTERN_LAUNCHER, strong)).toEqual(STRONG);
  const cheap = await costsOfVaultFrom(undefined, weak);
  expect(cheap['p2c']).toBeLessThan(STRONG.p2c);
  expect(cheap['memoryKiB']).toBeLessThan(STRONG.memoryKiB);

  const read = async (environment: Readonly<Record<string, string>>): Promise<Ended> =>
    await runPostern(['secret', 'get', 'mine', '--raw'], {
      environment,
      passphrase: PASSPHRASE,
      program: POSTERN_LAUNCHER,
    });
  expect(await read(strong.environment)).toMatchObject({ code: 0 });
  expect(await read(weak.environment)).toMatchObject({ code: 6, stdout: '' });
  // No environment variable makes the shipped program accept weak costs.
  const variables = { POSTERN_KDF: 'weak', NODE_ENV: 'test', VITEST: 'true' };
  expect(await read({ ...weak.environment, ...variables })).toMatchObject({ code: 6, stdout: '' });
});
