import type { Randomness, Result } from '@postern/kernel';
import type { ImportFailure } from './import-failure.ts';

/** The file system as importers see it. */
export interface ImportFiles {
  /** What is there, links followed; undefined where there is nothing. */
  kindOf(path: string): Promise<Result<'file' | 'directory' | undefined, ImportFailure>>;
  /** A whole file; undefined where there is none. One over the limit is refused. */
  read(path: string, maxBytes: number): Promise<Result<Uint8Array | undefined, ImportFailure>>;
  /** Names in a directory, sorted; empty where there is no such directory. */
  list(path: string): Promise<Result<readonly string[], ImportFailure>>;
  /**
   * Overwrites a file with random bytes, flushes it, and removes it. False where there was none.
   * Copies that the medium or the file system keeps (solid-state disks, snapshots, copy on write,
   * backups) stay: whoever may have one should also replace the keys at their providers.
   */
  destroy(path: string, randomness: Randomness): Promise<Result<boolean, ImportFailure>>;
}
