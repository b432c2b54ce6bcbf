import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import type { DiskFailure, UnsafeFile } from '../audit-failure.ts';
import type { LogDisk } from './log-disk.ts';

const IS_WINDOWS = process.platform === 'win32';
// Windows has neither flag; making a link there needs a privilege.
const SAFELY = IS_WINDOWS ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The file system of this machine. What ends in the system's cache takes microseconds and is done at
 * once, since to hand it to a thread takes longer; only the flush to the device is waited for.
 */
export const nodeLogDisk: LogDisk = {
  makeDirectory: (path) =>
    attempt(path, () => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const stats = lstatSync(path);
      if (!stats.isDirectory()) return unsafe(path, 'not-a-directory');
      if (!isOwn(stats)) return unsafe(path, 'owner');
      if (!IS_WINDOWS && (stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
      return ok();
    }),

  list: (path) => attempt(path, () => ok(namesIn(path))),

  size: (path) =>
    attempt(path, () => {
      const stats = statUnlessMissing(path);
      if (stats === undefined) return ok(undefined);
      return problemOf(path, stats) ?? ok(stats.size);
    }),

  read: (path, from, maxBytes) =>
    attempt(path, () => {
      if (statUnlessMissing(path) === undefined) return ok(new Uint8Array(0));
      return withFile(path, constants.O_RDONLY, (file) => {
        const buffer = Buffer.alloc(maxBytes);
        return buffer.subarray(0, readSync(file, buffer, 0, maxBytes, from));
      });
    }),

  append: (path, bytes) =>
    attempt(path, () =>
      changeFile(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, (file) => {
        writeAll(file, bytes);
      }),
    ),

  write: (path, bytes) =>
    attempt(path, () =>
      changeFile(path, constants.O_WRONLY | constants.O_CREAT, (file) => {
        ftruncateSync(file, 0);
        writeAll(file, bytes);
      }),
    ),

  truncate: (path, bytes) =>
    attempt(path, () =>
      changeFile(path, constants.O_WRONLY, (file) => {
        ftruncateSync(file, bytes);
      }),
    ),

  sync: (path) =>
    attempt(path, async () => {
      const isDirectory = lstatSync(path).isDirectory();
      // Windows has no handle on a directory to flush; its rename is written through.
      if (isDirectory && IS_WINDOWS) return ok();
      const flags = isDirectory ? constants.O_RDONLY : constants.O_RDWR;
      const file = openSync(path, flags | SAFELY);
      try {
        await flush(file);
      } finally {
        closeSync(file);
      }
      return ok();
    }),

  rename: (from, to) =>
    attempt(to, () => {
      renameSync(from, to);
      return ok();
    }),
};

const flush = promisify(fsync);

function withFile<T>(
  path: string,
  flags: number,
  work: (file: number) => T,
): Result<T, DiskFailure> {
  const file = openSync(path, flags | SAFELY, 0o600);
  try {
    return problemOf(path, fstatSync(file)) ?? ok(work(file));
  } finally {
    closeSync(file);
  }
}

function changeFile(
  path: string,
  flags: number,
  change: (file: number) => void,
): Result<undefined, DiskFailure> {
  return withFile(path, flags, (file) => {
    change(file);
    return undefined;
  });
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function statUnlessMissing(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
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
  effect: () => Result<T, DiskFailure> | Promise<Result<T, DiskFailure>>,
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
