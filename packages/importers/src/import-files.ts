import type { Randomness, Result } from '@postern/kernel';
import type { ImportFailure } from './import-failure.ts';

/** The file operations that importers need. */
export interface ImportFiles {
  /** The kind of file, following links; undefined if there is none. */
  kindOf(path: string): Promise<Result<'file' | 'directory' | undefined, ImportFailure>>;
  /** The whole file; undefined if there is none. Fails if it is larger than the limit. */
  read(path: string, maxBytes: number): Promise<Result<Uint8Array | undefined, ImportFailure>>;
  /** The sorted names in a directory; empty if there is no such directory. */
  list(path: string): Promise<Result<readonly string[], ImportFailure>>;
  /**
   * Overwrites a file with random bytes, flushes it, and removes it. False if there was none. It can't
   * remove copies on solid-state disks, in snapshots, by copy on write or in backups, so users should
   * also replace the keys at their providers.
   */
  destroy(path: string, randomness: Randomness): Promise<Result<boolean, ImportFailure>>;
}
