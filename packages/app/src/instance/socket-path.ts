import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isPrivate, isPrivateDirectory } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { foreign } from '../config/read-privately.ts';

const IS_WINDOWS = process.platform === 'win32';

/** The shortest limit of a socket path, without its final zero byte (unix(7): 108; macOS: 104). */
const MAX_PATH_BYTES = 103;

/** A path at which a socket can be bound or connected. */
export interface SocketPath extends Disposable {
  readonly path: string;
}

/**
 * Returns the path itself, or for a path that is too long, a short one through the descriptor of
 * its directory (proc(5)), which stays open until disposed.
 */
export function socketPath(path: string): Result<SocketPath, Problem> {
  if (IS_WINDOWS || Buffer.byteLength(path) <= MAX_PATH_BYTES) {
    return ok({ path, [Symbol.dispose]: () => undefined });
  }
  if (process.platform !== 'linux') {
    return failed(problem('CONTROL_SOCKET', `The socket's path is too long: ${path}.`));
  }
  try {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const directory = openSync(dirname(path), flags);
    return ok({
      path: `/proc/self/fd/${String(directory)}/${basename(path)}`,
      [Symbol.dispose]: () => {
        closeSync(directory);
      },
    });
  } catch {
    return failed(problem('CONTROL_SOCKET', `Can't open the directory of ${path}.`));
  }
}

/**
 * Identifies a socket by its file, after checking that the file and its directory are private to
 * this user. Undefined if there is none.
 */
export function socketIdentity(path: string): Result<string | undefined, Problem> {
  // Windows pipes aren't in a directory. Only the proof protects them, and their names are random.
  if (IS_WINDOWS) return ok(path);
  const directory = dirname(path);
  const stats = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (stats === undefined) return ok(undefined);
  if (!isPrivateDirectory(directory)) return failed(foreign(directory));
  const mode = Number(stats.mode);
  if (!stats.isSocket() || !isPrivate({ uid: Number(stats.uid), mode })) {
    return failed(foreign(path));
  }
  return ok(`${String(stats.dev)}:${String(stats.ino)}`);
}
