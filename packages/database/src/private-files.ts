import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OTHERS, PRIVATE_DIRECTORY, PRIVATE_FILE } from '@postern/disk';

/** The suffixes of SQLite's companion files, and the database itself last. */
const COMPANIONS = ['-wal', '-shm', '-journal', ''];

/** The size of a file in bytes; undefined if there is none. */
export function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/**
 * Whether the database and its companion files, if they exist, are regular files. Opening a pipe or
 * some devices would block forever.
 */
export function areRegularFiles(path: string): boolean {
  return [...COMPANIONS, '.lock', '.new'].every((suffix) => {
    const found = statSync(`${path}${suffix}`, { throwIfNoEntry: false });
    // SQLite itself reports a directory.
    return found === undefined || found.isFile() || found.isDirectory();
  });
}

/**
 * Creates missing directories with mode 0700, and doesn't change existing ones. Throws if no file can be
 * created in the directory.
 */
export function ensurePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  accessSync(path, constants.W_OK | constants.X_OK);
}

/** Removes other users' permissions for a database. SQLite gives new companion files the same mode. */
export function makePrivate(path: string): void {
  for (const suffix of COMPANIONS) {
    const found = statSync(`${path}${suffix}`, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & OTHERS) !== 0) {
      chmodSync(`${path}${suffix}`, PRIVATE_FILE);
    }
  }
}

/** The path with all symbolic links resolved. The file itself doesn't have to exist. */
export function realFilePath(path: string): string {
  const real = join(realpathSync(dirname(path)), basename(path));
  return sizeOf(real) === undefined ? real : realpathSync(real);
}

/** Removes a database that isn't in use, and its companion files. */
export function removeDatabaseFiles(path: string): void {
  for (const suffix of COMPANIONS) rmSync(`${path}${suffix}`, { force: true });
}
