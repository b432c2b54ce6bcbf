import type { Result } from '@postern/kernel';

/** What the operating system, or the state of a file, refused. Carries paths, never contents. */
export type DiskFailure =
  | { readonly reason: 'storage-read-only'; readonly path: string }
  | { readonly reason: 'disk-full'; readonly path: string }
  | { readonly reason: 'storage-failed'; readonly path: string; readonly errno: string }
  | { readonly reason: 'unsafe-file'; readonly path: string; readonly problem: UnsafeFile };

export type UnsafeFile =
  'symlink' | 'not-a-file' | 'not-a-directory' | 'owner' | 'writable-by-others' | 'too-large';

/**
 * The few effects on the file system that the vault has, each atomic or harmless on its own, so
 * that a process may die between any two of them. Everything written is made 0600 in
 * directories 0700.
 */
export interface Disk {
  /**
   * The bytes of a regular file that belongs to this user and that nobody else can write;
   * undefined where there is no such file. Never follows a symbolic link at `path`.
   */
  read(path: string, maxBytes: number): Promise<Result<Uint8Array | undefined, DiskFailure>>;
  /** Names in a directory; empty where there is no such directory. */
  list(path: string): Promise<Result<readonly string[], DiskFailure>>;
  /** Makes a directory and its parents; one that exists is tightened to 0700. */
  makeDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Makes and fills a file that must not exist yet. */
  createFile(path: string, bytes: Uint8Array): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the file's contents are on the device. */
  syncFile(path: string): Promise<Result<undefined, DiskFailure>>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<Result<undefined, DiskFailure>>;
  /** Returns once the names in a directory are on the device. */
  syncDirectory(path: string): Promise<Result<undefined, DiskFailure>>;
  /** False where there was no such file. */
  remove(path: string): Promise<Result<boolean, DiskFailure>>;
}
