import type { Database } from '@postern/database';
import { Fault, type Result } from '@postern/kernel';
import type { StoreFailure } from './store-failure.ts';

/* What the methods of the store have in common. */

/** Throws unless it is a whole number from 1 to `max`. */
export function checkLimit(limit: number, max: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > max) {
    throw new Fault(`a limit is a whole number from 1 to ${max}`);
  }
}

/** The inner result of a successful attempt. */
export function flat<T, F, G>(attempted: Result<Result<T, F>, G>): Result<T, F | G> {
  return attempted.ok ? attempted.value : attempted;
}

/** Deletes rows in a transaction, and what remains of them in SQLite's log. `work` returns how many. */
export function erase(
  database: Database,
  work: () => Result<number, StoreFailure>,
): Result<number, StoreFailure> {
  const purged = database.runInTransaction<number, StoreFailure>(work);
  if (!purged.ok || purged.value === 0) return purged;
  const emptied = database.emptyLog();
  // While another process reads, the log is overwritten a little later instead.
  return emptied.ok || emptied.failure.reason === 'busy' ? purged : emptied;
}
