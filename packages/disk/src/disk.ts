import type { Result } from '@postern/kernel';
import type { DiskFailure } from './disk-failure.ts';

/**
 * Operations on whole files. Each is atomic or harmless on its own, so the process may be killed
 * between any two of them. Files are created with mode 0600, directories with 0700.
 */
export interface Disk {
  /**
   * The bytes of a file; undefined if there is none. Refuses a file of another user, one that other
   * users can write, a symbolic link, and anything that isn't a regular file.
   */
  read(path: string, maxBytes: number): Promise<Result<Uint8Array | undefined, DiskFailure>>;
  /** The size of a file in bytes; undefined if there is none. Refuses what `read` refuses. */
  size(path: string): Promise<Result<number | undefined, DiskFailure>>;
  /**
   * At most this many bytes from an offset on, for files that are larger than the memory. Empty at the end
   * or if there is no such file. Refuses what `read` refuses.
   */
  readAt(path: string, from: number, maxBytes: number): Promise<Result<Uint8Array, DiskFailure>>;
  /** Names in a directory; empty if there is no such directory. */
  list(path: string): Promise<Result<readonly string[], DiskFailure>>;
  /** Creates a directory and its parents. Changes the mode of an existing directory to 0700. */
  makeDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Creates and fills a file that must not exist yet. */
  createFile(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Adds to the end of an existing file. A failure may leave part of the bytes. */
  append(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the file's contents are on the device. */
  syncFile(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Replaces `to` atomically. */
  rename(from: string, to: string): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the names in a directory are on the device. */
  syncDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** False if there was no such file. */
  remove(path: string): Promise<Result<boolean, DiskFailure>>;
}

/**
 * Operations on files that grow. The process may be killed after any of them. Refuses symbolic links,
 * files of other users, and files that other users can read or write.
 */
export interface LogDisk extends Pick<Disk, 'makeDirectory' | 'list' | 'rename'> {
  /** Size in bytes; undefined if there is no such file. */
  size(path: string): Promise<Result<number | undefined, DiskFailure>>;
  /** At most `maxBytes` from the offset on; empty at the end or if there is no such file. */
  read(path: string, from: number, maxBytes: number): Promise<Result<Uint8Array, DiskFailure>>;
  /** Appends to the file (O_APPEND), creating it if needed. A failure may leave part of the bytes. */
  append(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Creates or overwrites a file. */
  write(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Truncates the file to this many bytes. */
  truncate(path: string, bytes: number): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the file's contents, or the names in a directory, are on the device. */
  sync(path: string): Promise<Result<undefined, DiskFailure>>;
}
