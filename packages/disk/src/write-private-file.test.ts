import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failed, ok } from '@postern/kernel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePrivateFile, type FillFile } from './write-private-file.ts';

const fill: FillFile<never> = async (write) => {
  await write('key=');
  await write('sk-1\n');
  return ok();
};
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'postern-inject-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

async function holds(name: string): Promise<string> {
  return await readFile(join(home, name), 'utf8');
}

test.each([false, true])(
  'creates a private file and no other file (replacing: %o)',
  async (isReplacing) => {
    const path = join(home, 'out -L');
    expect(await writePrivateFile(path, isReplacing, fill)).toEqual({ ok: true, value: undefined });
    expect(await holds('out -L')).toBe('key=sk-1\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(path)).nlink).toBe(1);
    expect(await readdir(home)).toEqual(['out -L']);
  },
);

test("doesn't change an existing file", async () => {
  const path = join(home, 'out');
  await writeFile(path, 'mine');
  expect(await writePrivateFile(path, false, fill)).toEqual({
    ok: false,
    failure: { reason: 'file-exists', path },
  });
  expect(await holds('out')).toBe('mine');
});

test('replaces an existing file with a private one', async () => {
  const path = join(home, 'out');
  await writeFile(path, 'mine', { mode: 0o644 });
  expect((await writePrivateFile(path, true, fill)).ok).toBe(true);
  expect(await holds('out')).toBe('key=sk-1\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('replaces a link, not its target', async () => {
  await writeFile(join(home, 'target'), 'mine');
  await symlink('target', join(home, 'out'));
  expect((await writePrivateFile(join(home, 'out'), false, fill)).ok).toBe(false);
  expect((await writePrivateFile(join(home, 'out'), true, fill)).ok).toBe(true);
  expect(await holds('target')).toBe('mine');
});

test('removes what a killed process left of an earlier write', async () => {
  await writeFile(join(home, '.out.postern.tmp'), 'key=sk-0\n');
  expect((await writePrivateFile(join(home, 'out'), false, fill)).ok).toBe(true);
  expect(await readdir(home)).toEqual(['out']);
});

test.each([
  ['a directory', 'directory', 'unsafe-file'],
  ['a missing directory', 'none/out', 'storage-failed'],
  ['a path through a file', 'file/out', 'unsafe-file'],
])('refuses %s', async (_name, path, reason) => {
  await mkdir(join(home, 'directory'));
  await writeFile(join(home, 'file'), '');
  const result = await writePrivateFile(join(home, path), true, fill);
  expect(result).toMatchObject({ ok: false, failure: { reason } });
});

test.each([false, true])('changes nothing if it is not filled (replacing: %o)', async (isThere) => {
  const path = join(home, 'out');
  if (isThere) await writeFile(path, 'mine');
  const result = await writePrivateFile(path, isThere, async (write) => {
    await write('half of it');
    return failed({ reason: 'stopped' });
  });
  expect(result).toEqual({ ok: false, failure: { reason: 'stopped' } });
  expect(await readdir(home)).toEqual(isThere ? ['out'] : []);
  if (isThere) expect(await holds('out')).toBe('mine');
});
