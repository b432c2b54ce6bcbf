import { constants, fstatSync, ftruncateSync, lstatSync, openSync, readSync } from 'node:fs';
import { ok, type Result } from '@postern/kernel';
import type { DiskFailure } from './disk-failure.ts';
import type { LogDisk } from './disk.ts';
import {
  attempt,
  flushDirectory,
  flushFile,
  OPEN_SAFELY,
  problemOf,
  withFile,
  writeAll,
} from './file-access.ts';
import { nodeDisk } from './node-disk.ts';
import { OTHERS, PRIVATE_FILE } from './ownership.ts';

/** Growing files on this machine's file system. As in `nodeDisk`, only flushing is asynchronous. */
export const nodeLogDisk: LogDisk = {
  makeDirectory: (path) => nodeDisk.makeDirectory(path),
  list: (path) => nodeDisk.list(path),
  rename: (from, to) => nodeDisk.rename(from, to),

  size: (path) =>
    attempt(path, () => {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return ok(undefined);
      return problemOf(path, stats, OTHERS, 'open-to-others') ?? ok(stats.size);
    }),

  read: (path, from, maxBytes) =>
    attempt(path, () => {
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return ok(new Uint8Array(0));
      return withPrivateFile(path, constants.O_RDONLY, (file) => {
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
    attempt(path, () => (lstatSync(path).isDirectory() ? flushDirectory(path) : flushFile(path))),
};

function withPrivateFile<T>(
  path: string,
  flags: number,
  work: (file: number) => T,
): Result<T, DiskFailure> {
  return withFile(openSync(path, flags | OPEN_SAFELY, PRIVATE_FILE), (file) => {
    return problemOf(path, fstatSync(file), OTHERS, 'open-to-others') ?? ok(work(file));
  });
}

function changeFile(
  path: string,
  flags: number,
  change: (file: number) => void,
): Result<undefined, DiskFailure> {
  return withPrivateFile(path, flags, (file) => {
    change(file);
    return undefined;
  });
}
