import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { isPrivate } from '@postern/disk';
import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';

// Windows supports neither flag; creating a link there needs a privilege.
const SAFELY = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads a file that Postern wrote for this user alone. Undefined if there is none; a failure if it
 * is a link, a pipe, larger than `maxBytes`, or open to others.
 */
export function readPrivately(
  path: string,
  maxBytes: number,
): Result<Uint8Array | undefined, Problem> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | SAFELY);
  } catch (error) {
    const isAbsent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    return isAbsent ? ok(undefined) : failed(foreign(path));
  }
  try {
    const stats = fstatSync(file);
    // A second name may be a hard link that another user made to another file of this user.
    const isSound = stats.isFile() && isPrivate(stats) && stats.nlink === 1;
    if (!isSound || stats.size > maxBytes) return failed(foreign(path));
    return ok(readFileSync(file));
  } finally {
    closeSync(file);
  }
}

/** A path in place of one of Postern's files that must not be used. */
export function foreign(path: string): Problem {
  return problem(
    'HOME_FOREIGN',
    `${path} isn't a file that only you can access, so Postern doesn't use it.`,
  );
}
