import type { Result } from '@postern/kernel';
import type { DiskFailure } from './disk-failure.ts';

/**
 * The effects on whole files, each atomic or harmless on its own, so that a process may die between
 * any two of them. Files are created 0600, directories 0700.
 */
export interface Disk {
  /**
   * The bytes of a regular file that belongs to this user and that nobody else can write;
   * undefined if there is no such file. Never follows a symbolic link at `path`.
   */
  read(path: string, maxBytes: number): Promise<Result<Uint8Array | undefined, DiskFailure>>;
  /** Names in a directory; empty if there is no such directory. */
  list(path: string): Promise<Result<readonly string[], DiskFailure>>;
  /** Creates a directory and its parents; one that exists is tightened to 0700. */
  makeDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Creates and fills a file that must not exist yet. */
  createFile(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the file's contents are on the device. */
  syncFile(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the names in a directory are on the device. */
  syncDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** False if there was no such file. */
  remove(path: string): Promise<Result<boolean, DiskFailure>>;
}

/**
 * The effects on files that grow, each of which may be the last before the process dies. A symbolic
 * link, another user's file, and one that others can read or write is refused, not followed.
 */
export interface LogDisk extends Pick<Disk, 'makeDirectory' | 'list' | 'rename'> {
  /** Size in bytes; undefined if there is no such file. */
  size(path: string): Promise<Result<number | undefined, DiskFailure>>;
  /** At most `maxBytes` from the offset on; empty at the end or if there is no such file. */
  read(path: string, from: number, maxBytes: number): Promise<Result<Uint8Array, DiskFailure>>;
  /** Adds to the end (O_APPEND), creating the file if there is none. May leave a part on failure. */
  append(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Creates or overwrites a file. */
  write(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Cuts the file to its first bytes. */
  truncate(path: string, bytes: number): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the file's contents, or the names in a directory, are on the device. */
  sync(path: string): Promise<Result<undefined, DiskFailure>>;
}
