import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';

/** Why a file can't be read. */
export type UnreadableFile =
  | { readonly reason: 'not-a-file' | 'too-large' }
  | { readonly reason: 'system'; readonly errno: string };

export interface RegularFile {
  readonly bytes: Uint8Array;
  readonly stats: Stats;
}

/**
 * Reads a file whose path the user chose. A pipe or a device in its place isn't read, which could wait forever, and
 * neither is a file that is larger than any valid one.
 */
export function readRegularFile(
  path: string,
  maxBytes: number,
): Result<RegularFile, UnreadableFile> {
  try {
    const wait = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
    const file = openSync(path, constants.O_RDONLY | wait);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return failed({ reason: 'not-a-file' });
      if (stats.size > maxBytes) return failed({ reason: 'too-large' });
      return ok({ bytes: readFileSync(file), stats });
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed({ reason: 'system', errno });
  }
}
