import {
  chmodSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import { problemOf, unlessMissing, OPEN_SAFELY, withFile } from './file-access.ts';
import { isOwn, PRIVATE_FILE } from './ownership.ts';

/** A larger file is only removed: overwriting takes long, and large files are encrypted databases. */
const MAX_OVERWRITTEN = 16 * 1024 * 1024;

export interface ErasedFile {
  /** Its size, 0 for what isn't a regular file. */
  readonly bytes: number;
  /** Other names of the same file, whose content is then left as it is. */
  readonly otherNames: number;
}

/** Why a file wasn't erased. */
export type EraseFailure = 'foreign' | { readonly errno: string };

/**
 * Overwrites a file with zeros, on the device, and removes it. Undefined if there is none. A link, a pipe or a
 * socket is only removed, never followed or opened. Another user's file is left as it is. The path may be bytes,
 * because a name needn't be UTF-8. Overwriting reaches the same blocks only on file systems that write in place.
 */
export function eraseFile(path: string | Buffer): Result<ErasedFile | undefined, EraseFailure> {
  try {
    const stats = unlessMissing(() => lstatSync(path));
    if (stats === undefined) return ok(undefined);
    if (!isOwn(stats)) return failed('foreign');
    const isPlain = stats.isFile();
    const otherNames = isPlain ? stats.nlink - 1 : 0;
    if (isPlain && otherNames === 0 && stats.size <= MAX_OVERWRITTEN) overwrite(path);
    unlinkSync(path);
    return ok({ bytes: isPlain ? stats.size : 0, otherNames });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return errno === 'ENOENT' ? ok(undefined) : failed({ errno });
  }
}

const ZEROS = Buffer.alloc(65_536);

function overwrite(path: string | Buffer): void {
  withFile(openToWrite(path), (file) => {
    const stats = fstatSync(file);
    // Something else may have taken its place.
    if (problemOf(String(path), stats, 0, 'writable-by-others') !== undefined) return;
    if (stats.nlink !== 1) return;
    for (let at = 0; at < stats.size;) {
      at += writeSync(file, ZEROS, 0, Math.min(ZEROS.length, stats.size - at), at);
    }
    fsyncSync(file);
  });
}

function openToWrite(path: string | Buffer): number {
  const flags = constants.O_WRONLY | OPEN_SAFELY;
  try {
    return openSync(path, flags);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    chmodSync(path, PRIVATE_FILE);
    return openSync(path, flags);
  }
}
