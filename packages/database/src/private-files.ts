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

/** What SQLite keeps beside a database, and the database itself last. */
const COMPANIONS = ['-wal', '-shm', '-journal', ''];

/** Bytes in the file; undefined where there is none. */
export function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/**
 * Whether the database and all that is kept beside it are regular files, as far as they are there: to
 * open a pipe or some devices would wait for ever.
 */
export function areRegularFiles(path: string): boolean {
  return [...COMPANIONS, '.lock', '.new'].every((suffix) => {
    const found = statSync(`${path}${suffix}`, { throwIfNoEntry: false });
    // SQLite says of a directory by itself what it is.
    return found === undefined || found.isFile() || found.isDirectory();
  });
}

/**
 * Makes the directories that are missing, for their owner alone; leaves the others as they are.
 * Throws where nothing can be made in it.
 */
export function ensurePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  accessSync(path, constants.W_OK | constants.X_OK);
}

/**
 * Removes other users' permissions for a database; SQLite creates its other files with the same
 * mode.
 */
export function makePrivate(path: string): void {
  for (const suffix of COMPANIONS) {
    const found = statSync(`${path}${suffix}`, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & OTHERS) !== 0) {
      chmodSync(`${path}${suffix}`, PRIVATE_FILE);
    }
  }
}

/** The path with every symbolic link followed, the last one too where the file exists. */
export function realFilePath(path: string): string {
  const real = join(realpathSync(dirname(path)), basename(path));
  return sizeOf(real) === undefined ? real : realpathSync(real);
}

/** Removes a database that is not in use with everything that SQLite keeps beside it. */
export function removeDatabaseFiles(path: string): void {
  for (const suffix of COMPANIONS) rmSync(`${path}${suffix}`, { force: true });
}
