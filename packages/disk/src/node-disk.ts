import {
  chmodSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { errnoOf, ok, type Result } from '@postern/kernel';
import type { DiskFailure } from './disk-failure.ts';
import type { Disk } from './disk.ts';
import {
  attempt,
  createPrivately,
  flushDirectory,
  flushFile,
  OPEN_SAFELY,
  problemOf,
  unlessMissing,
  unsafe,
  withFile,
  writeAll,
} from './file-access.ts';
import { isOwn, OTHERS, OTHERS_WRITE, PRIVATE_DIRECTORY } from './ownership.ts';

/**
 * The file system of this machine. Uses synchronous calls for everything that the system's cache handles
 * in microseconds, because a thread pool would take longer. Only flushing to the device is asynchronous.
 */
export const nodeDisk: Disk = {
  read: (path, maxBytes) =>
    attempt(path, () => {
      const file = unlessMissing(() => openSync(path, constants.O_RDONLY | OPEN_SAFELY));
      if (file === undefined) return ok(undefined);
      return withFile(file, () => {
        const stats = fstatSync(file);
        const problem = problemOf(path, stats, OTHERS_WRITE, 'writable-by-others');
        if (problem !== undefined) return problem;
        return stats.size > maxBytes ? unsafe(path, 'too-large') : readAll(file, path, maxBytes);
      });
    }),

  size: (path) =>
    attempt(path, () => {
      const file = unlessMissing(() => openSync(path, constants.O_RDONLY | OPEN_SAFELY));
      if (file === undefined) return ok(undefined);
      return withFile(file, () => {
        const stats = fstatSync(file);
        return problemOf(path, stats, OTHERS_WRITE, 'writable-by-others') ?? ok(stats.size);
      });
    }),

  readAt: (path, from, maxBytes) =>
    attempt(path, () => {
      const file = unlessMissing(() => openSync(path, constants.O_RDONLY | OPEN_SAFELY));
      if (file === undefined) return ok(new Uint8Array(0));
      return withFile(file, () => {
        const problem = problemOf(path, fstatSync(file), OTHERS_WRITE, 'writable-by-others');
        return problem ?? ok(readFrom(file, from, maxBytes));
      });
    }),

  list: (path) => attempt(path, () => ok(unlessMissing(() => readdirSync(path)) ?? [])),

  makeDirectory: (path) => attempt(path, () => makePrivateDirectory(path)),

  createFile: (path, bytes) =>
    attempt(path, () => {
      createPrivately(path, bytes);
      return ok();
    }),

  append: (path, bytes) =>
    attempt(path, () => {
      const flags = constants.O_WRONLY | constants.O_APPEND | OPEN_SAFELY;
      return withFile(openSync(path, flags), (file) => {
        const problem = problemOf(path, fstatSync(file), OTHERS_WRITE, 'writable-by-others');
        if (problem !== undefined) return problem;
        writeAll(file, bytes);
        return ok();
      });
    }),

  syncFile: (path) => attempt(path, () => flushFile(path)),

  rename: (from, to) =>
    attempt(to, () => {
      renameSync(from, to);
      return ok();
    }),

  syncDirectory: (path) => attempt(path, () => flushDirectory(path)),

  remove: (path) =>
    attempt(path, () => {
      const removed = unlessMissing(() => {
        rmSync(path);
        return true;
      });
      return ok(removed ?? false);
    }),
};

function makePrivateDirectory(path: string): Result<undefined, DiskFailure> {
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return unsafe(path, 'not-a-directory');
    throw error;
  }
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return unsafe(path, 'not-a-directory');
  if (!isOwn(stats)) return unsafe(path, 'owner');
  const isOpen = process.platform !== 'win32' && (stats.mode & OTHERS) !== 0;
  if (isOpen) chmodSync(path, PRIVATE_DIRECTORY);
  return ok();
}

function readFrom(file: number, from: number, maxBytes: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(maxBytes);
  let length = 0;
  while (length < maxBytes) {
    const count = readSync(file, buffer, length, maxBytes - length, from + length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

/** Stops after the limit, even if the file grows while it is read. */
function readAll(file: number, path: string, maxBytes: number): Result<Uint8Array, DiskFailure> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(65_536);
    const length = readSync(file, buffer);
    if (length === 0) return ok(Buffer.concat(chunks));
    total += length;
    if (total > maxBytes) return unsafe(path, 'too-large');
    chunks.push(buffer.subarray(0, length));
  }
}
