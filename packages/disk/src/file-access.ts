import { closeSync, constants, fsync, fsyncSync, openSync, writeSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf, failed, ok, type Failed, type Result } from '@postern/kernel';
import { diskFailureOf, type DiskFailure, type UnsafeFile } from './disk-failure.ts';
import { isOwn, PRIVATE_FILE } from './ownership.ts';

const IS_WINDOWS = process.platform === 'win32';

// Windows has neither flag. Creating a link needs a privilege there.
const NO_FOLLOW = IS_WINDOWS ? 0 : constants.O_NOFOLLOW;

/** Doesn't follow a link, and doesn't block on a pipe. */
export const OPEN_SAFELY = IS_WINDOWS ? 0 : NO_FOLLOW | constants.O_NONBLOCK;

const CREATE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;

/** Runs an operation. Turns errors of the operating system into failures and rethrows all others. */
export async function attempt<T>(
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

export function unlessMissing<T>(effect: () => T): T | undefined {
  try {
    return effect();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function unsafe(path: string, problem: UnsafeFile): Failed<DiskFailure> {
  return failed({ reason: 'unsafe-file', path, problem });
}

/** Why a file must not be used. `forbidden` are mode bits that must not be set. */
export function problemOf(
  path: string,
  stats: Stats,
  forbidden: number,
  problem: UnsafeFile,
): Failed<DiskFailure> | undefined {
  if (stats.isSymbolicLink()) return unsafe(path, 'symlink');
  if (!stats.isFile()) return unsafe(path, 'not-a-file');
  if (!isOwn(stats)) return unsafe(path, 'owner');
  return !IS_WINDOWS && (stats.mode & forbidden) !== 0 ? unsafe(path, problem) : undefined;
}

export function withFile<T>(file: number, work: (file: number) => T): T {
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/** Creates a file that only its owner can read or write. Throws EEXIST if it exists. */
export function createPrivately(path: string, bytes: Uint8Array = new Uint8Array(0)): void {
  withFile(openSync(path, CREATE_NEW, PRIVATE_FILE), (file) => {
    writeAll(file, bytes);
  });
}

/** Creates an empty file that only its owner can read or write, unless there is one. */
export function createIfMissing(path: string): void {
  try {
    createPrivately(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

const flush = promisify(fsync);

/** Returns once a file's contents are on the device. */
export async function flushFile(path: string): Promise<Result<undefined, DiskFailure>> {
  return await flushed(openSync(path, constants.O_RDWR | OPEN_SAFELY));
}

/** Returns once the names in a directory are on the device. */
export async function flushDirectory(path: string): Promise<Result<undefined, DiskFailure>> {
  // Windows can't flush a directory. It writes a rename to the device immediately.
  return IS_WINDOWS ? ok() : await flushed(openSync(path, constants.O_RDONLY));
}

async function flushed(file: number): Promise<Result<undefined, DiskFailure>> {
  try {
    await flush(file);
  } finally {
    closeSync(file);
  }
  return ok();
}

export function flushFileSync(path: string): void {
  withFile(openSync(path, constants.O_RDWR | OPEN_SAFELY), fsyncSync);
}

export function flushDirectorySync(path: string): void {
  if (!IS_WINDOWS) withFile(openSync(path, constants.O_RDONLY), fsyncSync);
}
