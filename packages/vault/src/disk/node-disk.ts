import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import type { Disk, DiskFailure, UnsafeFile } from './disk.ts';
import { diskFailureOf } from './disk-failure-of.ts';

/** The file system of this machine. */
export const nodeDisk: Disk = {
  read: (path, maxBytes) =>
    attempt(path, async () => {
      await using handle = await openUnlessMissing(path);
      if (handle === undefined) return ok(undefined);
      const unsafe = problemOf(path, await handle.stat(), maxBytes);
      return unsafe ?? ok(await readAll(handle, path, maxBytes));
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

  makeDirectory: (path) =>
    attempt(path, async () => {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const stats = await lstat(path);
      if (!stats.isDirectory()) {
        return failed({ reason: 'unsafe-file', path, problem: 'not-a-directory' });
      }
      if (!isOwn(stats)) return failed({ reason: 'unsafe-file', path, problem: 'owner' });
      if ((stats.mode & 0o077) !== 0) await chmod(path, 0o700);
      return ok();
    }),

  createFile: (path, bytes) =>
    attempt(path, async () => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
      await using handle = await open(path, flags, 0o600);
      await handle.writeFile(bytes);
      return ok();
    }),

  syncFile: (path) =>
    attempt(path, async () => {
      await using handle = await open(path, constants.O_RDWR | NO_FOLLOW);
      await handle.sync();
      return ok();
    }),

  rename: (from, to) =>
    attempt(to, async () => {
      await rename(from, to);
      return ok();
    }),

  syncDirectory: (path) =>
    attempt(path, async () => {
      // Windows has no handle on a directory to flush; its rename is written through.
      if (process.platform === 'win32') return ok();
      await using handle = await open(path, constants.O_RDONLY);
      await handle.sync();
      return ok();
    }),

  remove: (path) =>
    attempt(path, async () => {
      try {
        await rm(path);
        return ok(true);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return ok(false);
        throw error;
      }
    }),
};

// Not defined on Windows, where creating a link needs a privilege.
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

async function openUnlessMissing(path: string): Promise<FileHandle | undefined> {
  try {
    // Without O_NONBLOCK a pipe put in the file's place would hold the open forever.
    const wait = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
    return await open(path, constants.O_RDONLY | NO_FOLLOW | wait);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Reads at most one byte beyond the limit, also when the file grows meanwhile. */
async function readAll(handle: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(65_536));
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) throw new TooLarge(path);
    chunks.push(buffer.subarray(0, bytesRead));
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
  effect: () => Promise<Result<T, DiskFailure>>,
): Promise<Result<T, DiskFailure>> {
  try {
    return await effect();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed(diskFailureOf(path, errno));
  }
}
