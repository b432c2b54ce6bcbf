import { link, mkdir, open, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, type Randomness } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importWorld, type ImportWorld } from './testing/import-world.ts';
import { nodeImportFiles } from './node-import-files.ts';

let world: ImportWorld;

beforeEach(async () => {
  world = await importWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

const FILLED: Randomness = { bytes: (count) => new Uint8Array(count).fill(0xa5) };

describe('destroy', () => {
  test.each([0, 1, 65_536, 150_000])('overwrites %i bytes in place', async (size) => {
    const path = await world.put('leftover', Buffer.alloc(size, 'x'));
    // A second link to the file shows what happened to the bytes.
    await link(path, join(world.home, 'kept'));
    expect(expectOk(await nodeImportFiles.destroy(path, FILLED))).toBe(true);
    expect(await readdir(world.home)).toEqual(['kept']);
    await using kept = await open(join(world.home, 'kept'));
    expect((await kept.readFile()).equals(Buffer.alloc(size, 0xa5))).toBe(true);
  });

  test('returns false if there is no file', async () => {
    expect(expectOk(await nodeImportFiles.destroy(join(world.home, 'none'), FILLED))).toBe(false);
  });

  test("refuses a link and doesn't change its target", async () => {
    const path = await world.put('target', 'x');
    await symlink(path, join(world.home, 'link'));
    const result = await nodeImportFiles.destroy(join(world.home, 'link'), FILLED);
    expect(result).toMatchObject({ failure: { reason: 'unsafe-file', problem: 'symlink' } });
    expect((await stat(path)).size).toBe(1);
  });

  test('refuses a directory', async () => {
    await mkdir(join(world.home, 'directory'));
    const result = await nodeImportFiles.destroy(join(world.home, 'directory'), FILLED);
    expect(result.ok).toBe(false);
    expect(await readdir(world.home)).toEqual(['directory']);
  });
});

test('refuses to read a file over the limit', async () => {
  const path = await world.put('large', Buffer.alloc(11));
  const failure = { reason: 'unsafe-file', path, problem: 'too-large' };
  expect(await nodeImportFiles.read(path, 10)).toEqual({ ok: false, failure });
  expect(expectOk(await nodeImportFiles.read(path, 11))).toHaveLength(11);
});
