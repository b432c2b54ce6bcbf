import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, type FileHandle } from 'node:fs/promises';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import type { DiskFailure, UnsafeFile } from '../audit-failure.ts';
import type { LogDisk } from './log-disk.ts';

const IS_WINDOWS = process.platform === 'win32';
// Windows has neither flag; making a link there needs a privilege.
const SAFELY = IS_WINDOWS ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The file system of this machine. */
export const nodeLogDisk: LogDisk = {
  makeDirectory: (path) =>
    attempt(path, async () => {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const stats = await lstat(path);
      if (!stats.isDirectory()) return unsafe(path, 'not-a-directory');
      if (!isOwn(stats)) return unsafe(path, 'owner');
      if (!IS_WINDOWS && (stats.mode & 0o077) !== 0) await chmod(path, 0o700);
      return ok();
    }),

  list: (path) =>
    attempt(path, async () => {
      try {
        return ok(await readdir(path));
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return ok([]);
        throw error;
      }
    }),

  size: (path) =>
    attempt(path, async () => {
      const stats = await statUnlessMissing(path);
      if (stats === undefined) return ok(undefined);
      return problemOf(path, stats) ?? ok(stats.size);
    }),

  read: (path, from, maxBytes) =>
    attempt(path, async () => {
      if ((await statUnlessMissing(path)) === undefined) return ok(new Uint8Array(0));
      return await withFile(path, constants.O_RDONLY, async (file) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, from);
        return buffer.subarray(0, bytesRead);
      });
    }),

  append: (path, bytes) =>
    attempt(path, () =>
      withFile(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, async (file) => {
        await file.appendFile(bytes);
        return undefined;
      }),
    ),

  write: (path, bytes) =>
    attempt(path, () =>
      withFile(path, constants.O_WRONLY | constants.O_CREAT, async (file) => {
        await file.truncate(0);
        await file.writeFile(bytes);
        return undefined;
      }),
    ),

  truncate: (path, bytes) =>
    attempt(path, () =>
      withFile(path, constants.O_WRONLY, async (file) => {
        await file.truncate(bytes);
        return undefined;
      }),
    ),

  sync: (path) =>
    attempt(path, async () => {
      const isDirectory = (await lstat(path)).isDirectory();
      // Windows has no handle on a directory to flush; its rename is written through.
      if (isDirectory && IS_WINDOWS) return ok();
      await using file = await open(
        path,
        (isDirectory ? constants.O_RDONLY : constants.O_RDWR) | SAFELY,
      );
      await file.sync();
      return ok();
    }),

  rename: (from, to) =>
    attempt(to, async () => {
      await rename(from, to);
      return ok();
    }),
};

async function withFile<T>(
  path: string,
  flags: number,
  work: (file: FileHandle) => Promise<T>,
): Promise<Result<T, DiskFailure>> {
  await using file = await open(path, flags | SAFELY, 0o600);
  return problemOf(path, await file.stat()) ?? ok(await work(file));
}

async function statUnlessMissing(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function problemOf(path: string, stats: Stats) {
  if (stats.isSymbolicLink()) return unsafe(path, 'symlink');
  if (!stats.isFile()) return unsafe(path, 'not-a-file');
  if (!isOwn(stats)) return unsafe(path, 'owner');
  if (!IS_WINDOWS && (stats.mode & 0o077) !== 0) return unsafe(path, 'open-to-others');
  return undefined;
}

function unsafe(path: string, problem: UnsafeFile) {
  return failed({ reason: 'unsafe-file', path, problem } as const);
}

function isOwn(stats: Stats): boolean {
  const uid = process.getuid?.();
  return uid === undefined || stats.uid === uid;
}

async function attempt<T>(
  path: string,
  effect: () => Promise<Result<T, DiskFailure>>,
): Promise<Result<T, DiskFailure>> {
  try {
    return await effect();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed(failureOf(path, errno));
  }
}

function failureOf(path: string, errno: string): DiskFailure {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return { reason: 'disk-full', path };
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return { reason: 'storage-read-only', path };
    case 'ELOOP':
      return { reason: 'unsafe-file', path, problem: 'symlink' };
    case 'EISDIR':
    case 'ENXIO':
      return { reason: 'unsafe-file', path, problem: 'not-a-file' };
    case 'ENOTDIR':
    case 'EEXIST':
      return { reason: 'unsafe-file', path, problem: 'not-a-directory' };
    default:
      return { reason: 'storage-failed', path, errno };
  }
}
