import { constants, type Stats } from 'node:fs';
import { open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFailureOf, flushDirectory } from '@postern/disk';
import { errnoOf, failed, ok, type Randomness, type Result } from '@postern/kernel';
import type { ImportFiles } from './import-files.ts';
import type { ImportFailure } from './import-failure.ts';

const IS_WINDOWS = process.platform === 'win32';
// Opening a pipe must not block.
const NONBLOCK = IS_WINDOWS ? 0 : constants.O_NONBLOCK;
const NOFOLLOW = IS_WINDOWS ? 0 : constants.O_NOFOLLOW;
const CHUNK_BYTES = 65_536;

/** The file system of this machine. */
export const nodeImportFiles: ImportFiles = {
  kindOf: (path) =>
    attempt(path, undefined, async () => {
      const stats = await stat(path);
      if (stats.isDirectory()) return ok('directory' as const);
      return stats.isFile() ? ok('file' as const) : notAFile(path);
    }),

  read: (path, maxBytes) =>
    attempt(path, undefined, async () => {
      await using file = await open(path, constants.O_RDONLY | NONBLOCK);
      const stats = await file.stat();
      if (!stats.isFile()) return notAFile(path);
      if (stats.size > maxBytes) return tooLarge(path);
      const bytes = await file.readFile();
      return bytes.length > maxBytes ? tooLarge(path) : ok(bytes);
    }),

  list: (path) => attempt(path, [], async () => ok((await readdir(path)).toSorted())),

  destroy: (path, randomness) =>
    attempt(path, false, async () => {
      await using file = await open(path, constants.O_RDWR | NONBLOCK | NOFOLLOW);
      const stats = await file.stat();
      if (!stats.isFile()) return notAFile(path);
      await overwrite(file, stats, randomness);
      await rm(path);
      await flushDirectory(dirname(path));
      return ok(true);
    }),
};

async function overwrite(file: FileHandle, stats: Stats, randomness: Randomness): Promise<void> {
  for (let at = 0; at < stats.size; at += CHUNK_BYTES) {
    const count = Math.min(CHUNK_BYTES, stats.size - at);
    await file.write(randomness.bytes(count), 0, count, at);
  }
  await file.sync();
}

function notAFile(path: string) {
  return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' } as const);
}

function tooLarge(path: string) {
  return failed({ reason: 'unsafe-file', path, problem: 'too-large' } as const);
}

async function attempt<T>(
  path: string,
  absent: T,
  effect: () => Promise<Result<T, ImportFailure>>,
): Promise<Result<T, ImportFailure>> {
  try {
    return await effect();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'ENOENT') return ok(absent);
    return failed(diskFailureOf(path, errno));
  }
}
