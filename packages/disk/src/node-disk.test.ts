import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectOk, failed, ok } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { snapshot, systemRandomness, temporaryDirectory } from './testing/test-world.ts';
import type { Disk } from './disk.ts';
import { nodeDisk } from './node-disk.ts';
import { removeTemporaries, writeAtomically } from './write-atomically.ts';

const bytes = Buffer.from('contents');
const modeOf = async (path: string) => (await lstat(path)).mode & 0o777;

describe('reading', () => {
  it('returns the bytes of a private file, and undefined if there is none', async () => {
    const path = join(await temporaryDirectory(), 'file');
    expect(await nodeDisk.read(path, 100)).toEqual(ok());
    await writeFile(path, bytes, { mode: 0o600 });
    expect(await nodeDisk.read(path, bytes.length)).toEqual(ok(bytes));
  });

  it.each<readonly [string, string, (path: string) => Promise<unknown>]>([
    ['a symbolic link', 'symlink', (path) => symlink('/etc/hostname', path)],
    ['a dangling link', 'symlink', (path) => symlink('nowhere', path)],
    ['a directory', 'not-a-file', (path) => mkdir(path)],
    ['a pipe', 'not-a-file', (path) => Promise.resolve(spawnSync('mkfifo', [path]))],
    ['a file others can write', 'writable-by-others', (path) => writable(path, 0o602)],
    ['a file its group can write', 'writable-by-others', (path) => writable(path, 0o620)],
    ['a file over the limit', 'too-large', (path) => writeFile(path, 'x'.repeat(101))],
  ])('refuses %s without blocking', async (_, problem, make) => {
    const path = join(await temporaryDirectory(), 'file');
    await make(path);
    expect(await nodeDisk.read(path, 100)).toEqual(
      failed({ reason: 'unsafe-file', path, problem }),
    );
  });

  async function writable(path: string, mode: number): Promise<void> {
    await writeFile(path, bytes);
    await chmod(path, mode);
  }
});

describe('creating a directory', () => {
  it('creates parents too, and makes them private', async () => {
    const path = join(await temporaryDirectory(), 'a', 'b');
    expect(await nodeDisk.makeDirectory(path)).toEqual(ok());
    expect(await modeOf(path)).toBe(0o700);
    await chmod(path, 0o755);
    expect(await nodeDisk.makeDirectory(path)).toEqual(ok());
    expect(await modeOf(path)).toBe(0o700);
  });

  it('refuses a link or a file at the path', async () => {
    const parent = await temporaryDirectory();
    await mkdir(join(parent, 'real'));
    await symlink('real', join(parent, 'link'));
    await writeFile(join(parent, 'file'), '');
    for (const name of ['link', 'file']) {
      expect((await nodeDisk.makeDirectory(join(parent, name))).ok).toBe(false);
    }
  });
});

describe('writing', () => {
  it('replaces a file with mode 0600 and leaves no temporary file', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'file');
    await writeFile(path, 'old', { mode: 0o644 });
    expect(await writeAtomically(nodeDisk, path, bytes, systemRandomness)).toEqual(ok());
    expect(await snapshot(directory)).toEqual({ file: bytes.toString('hex') });
    expect(await modeOf(path)).toBe(0o600);
  });

  it('replaces a link, not its target', async () => {
    const directory = await temporaryDirectory();
    const [target, path] = [join(directory, 'target'), join(directory, 'file')];
    await writeFile(target, 'untouched');
    await symlink(target, path);
    expectOk(await writeAtomically(nodeDisk, path, bytes, systemRandomness));
    expect(await readFile(target, 'utf8')).toBe('untouched');
    expect((await lstat(path)).isSymbolicLink()).toBe(false);
  });

  it.each(['createFile', 'syncFile', 'rename'] as const)(
    'leaves only the old file if %s fails',
    async (effect) => {
      const directory = await temporaryDirectory();
      const path = join(directory, 'file');
      await writeFile(path, 'old');
      const full = failed({ reason: 'disk-full', path } as const);
      const disk: Disk = { ...nodeDisk, [effect]: () => Promise.resolve(full) };
      expect(await writeAtomically(disk, path, bytes, systemRandomness)).toEqual(full);
      expect(await snapshot(directory)).toEqual({ file: Buffer.from('old').toString('hex') });
    },
  );

  it('removes the temporary files of a killed process, and nothing else', async () => {
    const directory = await temporaryDirectory();
    const left = '.slots.json.0123456789abcdef.tmp';
    for (const name of [left, '.other.tmp', 'slots.json'])
      await writeFile(join(directory, name), '');
    expect(await removeTemporaries(nodeDisk, directory)).toEqual(ok([left]));
    expect(Object.keys(await snapshot(directory))).toEqual(['.other.tmp', 'slots.json']);
  });

  it('reports errors of the operating system', async () => {
    const directory = await temporaryDirectory();
    const inFile = join(directory, 'file', 'inside');
    await writeFile(join(directory, 'file'), '');
    expect(await nodeDisk.createFile(inFile, bytes)).toMatchObject({
      failure: { reason: 'unsafe-file', problem: 'not-a-directory' },
    });
    const missing = join(directory, 'nowhere', 'file');
    expect(await nodeDisk.createFile(missing, bytes)).toEqual(
      failed({ reason: 'storage-failed', path: missing, errno: 'ENOENT' }),
    );
  });
});
