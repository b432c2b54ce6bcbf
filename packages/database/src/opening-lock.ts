import { ok, type Result } from '@postern/kernel';
import { connectPlain } from './connection.ts';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';
import { attemptAt } from './failure-of-error.ts';
import { createPrivateFile } from './private-files.ts';

/** Long enough for another start to finish its migrations. */
const WAIT_MS = 15_000;

/**
 * Runs the work while no other process makes, opens, migrates or rekeys the same database. The lock
 * is SQLite's own on an empty file beside it, so it ends with the process that holds it, however
 * that ends; the file stays, because removing it would let two processes hold two locks.
 */
export function withOpeningLock<T>(
  place: DatabasePlace,
  work: () => Result<T, DatabaseFailure>,
): Result<T, DatabaseFailure> {
  const path = `${place.path}.lock`;
  createPrivateFile(path);
  const lock = connectPlain(path, { busyTimeoutMs: WAIT_MS });
  try {
    const taken = attemptAt<undefined, never>(place, () => {
      // The transaction is never committed, so it needs no journal on the disk.
      lock.pragma('journal_mode = MEMORY');
      lock.exec('BEGIN EXCLUSIVE');
      return ok();
    });
    return taken.ok ? work() : taken;
  } finally {
    lock.close();
  }
}
