import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { detectImport, readImport } from './importers.ts';
import { importWorld, valuesOf, type ImportWorld } from './testing/import-world.ts';

let world: ImportWorld;

beforeEach(async () => {
  world = await importWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe('other files and directories', () => {
  test.each([
    ['another JSON file', 'x.json', '{"name":"x"}', 'import-format-unknown'],
    ['an empty object', 'keys.json', '{}', 'import-format-unknown'],
    ['binary', 'x.bin', '\0\x01\x02', 'import-format-unknown'],
    ['a JWE of another kind', 'x', 'eyJhbGciOiJkaXIifQ..aa.bb.cc', 'import-format-unknown'],
    [
      'a JSON with a prototype key',
      'x.json',
      '{"__proto__":{"keyName":"x"}}',
      'import-format-unknown',
    ],
  ])("doesn't detect %s", async (_name, file, content, reason) => {
    const path = await world.put(file, content);
    expect(await detectImport(path)).toEqual({ ok: false, failure: { reason, path } });
  });

  test('refuses a missing path, an empty directory, and a directory instead of a file', async () => {
    const path = join(world.home, 'absent');
    const absent = { reason: 'import-not-found', path };
    expect(await detectImport(path)).toEqual({ ok: false, failure: absent });
    const unknown = { reason: 'import-format-unknown', path: world.home };
    expect(await detectImport(world.home)).toEqual({ ok: false, failure: unknown });
    await mkdir(join(world.home, 'api_keys.enc'));
    const source = expectOk(await detectImport(world.home));
    expect((await readImport(source)).ok).toBe(false);
  });

  test('follows a link', async () => {
    const path = await world.put(
      'export.json',
      JSON.stringify({ version: '1.0', exported_at: '', keys: { a: 'b' } }),
    );
    await symlink(path, join(world.home, 'link.json'));
    expect(valuesOf(expectOk(await world.read(join(world.home, 'link.json'))))).toEqual({ a: 'b' });
  });
});
