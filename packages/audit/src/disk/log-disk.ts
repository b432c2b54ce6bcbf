import type { Result } from '@postern/kernel';
import type { DiskFailure } from '../audit-failure.ts';

/**
 * The few effects that the log has on the file system, each of which may be the last before the
 * process dies. Files are made 0600, directories 0700. A symbolic link, another user's file, and
 * one that others can read or write is refused, not followed.
 */
export interface LogDisk {
  /** Makes a directory and its parents; one that exists is tightened to 0700. */
  makeDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Names in a directory; empty where there is no such directory. */
  list(path: string): Promise<Result<readonly string[], DiskFailure>>;
  /** Size in bytes; undefined where there is no such file. */
  size(path: string): Promise<Result<number | undefined, DiskFailure>>;
  /** At most `maxBytes` from the offset on; empty at the end or where there is no such file. */
  read(path: string, from: number, maxBytes: number): Promise<Result<Uint8Array, DiskFailure>>;
  /** Adds to the end (O_APPEND), making the file where there is none. May leave a part on failure. */
  append(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Makes or overwrites a file. */
  write(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Cuts the file to its first bytes. */
  truncate(path: string, bytes: number): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the file's contents, or the names in a directory, are on the device. */
  sync(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<Result<undefined, DiskFailure>>;
}
