import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import type { Disk, DiskFailure, UnsafeFile } from './disk.ts';
import { diskFailureOf } from './disk-failure-of.ts';

/**
 * The file system of this machine. What ends in the system's cache takes microseconds and is done at
 * once, since to hand it to a thread takes longer; only the flush to the device is waited for.
 */
export const nodeDisk: Disk = {
  read: (path, maxBytes) =>
    attempt(path, () => {
      const file = openUnlessMissing(path);
      if (file === undefined) return ok(undefined);
      return withFile(
        file,
        () => problemOf(path, fstatSync(file), maxBytes) ?? ok(readAll(file, path, maxBytes)),
      );
    }),

  list: (path) => attempt(path, () => ok(unlessMissing(() => readdirSync(path)) ?? [])),

  makeDirectory: (path) =>
    attempt(path, () => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const stats = lstatSync(path);
      if (!stats.isDirectory()) {
        return failed({ reason: 'unsafe-file', path, problem: 'not-a-directory' });
      }
      if (!isOwn(stats)) return failed({ reason: 'unsafe-file', path, problem: 'owner' });
      if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
      return ok();
    }),

  createFile: (path, bytes) =>
    attempt(path, () => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
      const file = openSync(path, flags, 0o600);
      return withFile(file, () => {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        return ok();
      });
    }),

  syncFile: (path) => attempt(path, () => flushed(openSync(path, constants.O_RDWR | NO_FOLLOW))),

  rename: (from, to) =>
    attempt(to, () => {
      renameSync(from, to);
      return ok();
    }),

  // Windows has no handle on a directory to flush; its rename is written through.
  syncDirectory: (path) =>
    attempt(path, () =>
      process.platform === 'win32' ? ok() : flushed(openSync(path, constants.O_RDONLY)),
    ),

  remove: (path) =>
    attempt(path, () => {
      const removed = unlessMissing(() => {
        rmSync(path);
        return true;
      });
      return ok(removed ?? false);
    }),
};

const flush = promisify(fsync);

async function flushed(file: number): Promise<Result<undefined, DiskFailure>> {
  try {
    await flush(file);
  } finally {
    closeSync(file);
  }
  return ok();
}

function withFile<T>(file: number, work: () => T): T {
  try {
    return work();
  } finally {
    closeSync(file);
  }
}

function unlessMissing<T>(effect: () => T): T | undefined {
  try {
    return effect();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

// Not defined on Windows, where creating a link needs a privilege.
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

function openUnlessMissing(path: string): number | undefined {
  // Without O_NONBLOCK a pipe put in the file's place would hold the open forever.
  const wait = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
  return unlessMissing(() => openSync(path, constants.O_RDONLY | NO_FOLLOW | wait));
}

/** Reads at most one byte beyond the limit, also when the file grows meanwhile. */
function readAll(file: number, path: string, maxBytes: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(65_536);
    const length = readSync(file, buffer);
    if (length === 0) return Buffer.concat(chunks);
    total += length;
    if (total > maxBytes) throw new TooLarge(path);
    chunks.push(buffer.subarray(0, length));
  }
}

class TooLarge extends Error {
  readonly code = 'EFBIG';
}

function problemOf(path: string, stats: Stats, maxBytes: number) {
  const unsafe = (problem: UnsafeFile) => failed({ reason: 'unsafe-file', path, problem } as const);
  if (!stats.isFile()) return unsafe('not-a-file');
  if (!isOwn(stats)) return unsafe('owner');
  if (process.platform !== 'win32' && (stats.mode & 0o022) !== 0) {
    return unsafe('writable-by-others');
  }
  if (stats.size > maxBytes) return unsafe('too-large');
  return undefined;
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
    return failed(diskFailureOf(path, errno));
  }
}
