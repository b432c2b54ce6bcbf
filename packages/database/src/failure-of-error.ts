import { errnoOf, failed, type Result } from '@postern/kernel';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';

type Outcome = 'damaged' | 'disk-full' | 'read-only' | 'busy' | 'disk-fault';

/**
 * SQLite's result codes (sqlite.org/rescode.html) by prefix; the first match wins. Other codes
 * (SQLITE_ERROR, CONSTRAINT, MISUSE, NOMEM…) are bugs and are rethrown.
 */
const SQLITE_OUTCOMES: readonly (readonly [prefix: string, outcome: Outcome])[] = [
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_FULL', 'disk-full'],
  // A full disk causes this when the shared-memory file is extended.
  ['SQLITE_IOERR_SHMSIZE', 'disk-full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_PROTOCOL', 'busy'],
  // The file was moved or deleted while it was open.
  ['SQLITE_READONLY_DBMOVED', 'disk-fault'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_IOERR', 'disk-fault'],
  ['SQLITE_CANTOPEN', 'disk-fault'],
];

const SYSTEM_OUTCOMES: Readonly<Record<string, Outcome>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
};

/** Maps an error of SQLite or of the file system to a failure; undefined for a bug. */
export function failureOfError(error: unknown, place: DatabasePlace): DatabaseFailure | undefined {
  const code = errnoOf(error);
  if (code === undefined) return undefined;
  const outcome =
    error instanceof Sqlite.SqliteError
      ? SQLITE_OUTCOMES.find(([prefix]) => code.startsWith(prefix))?.[1]
      : (SYSTEM_OUTCOMES[code] ?? (isSystemError(error) ? 'disk-fault' : undefined));
  if (outcome === undefined) return undefined;
  const { label, path } = place;
  if (outcome === 'damaged') return { reason: outcome, label, path, damage: 'content' };
  if (outcome === 'disk-fault') return { reason: outcome, label, path, systemCode: code };
  return { reason: outcome, label, path };
}

/** Runs the work. Errors that map to a failure are returned, all others rethrown. */
export function attemptAt<T, F>(
  place: DatabasePlace,
  work: () => Result<T, F>,
): Result<T, F | DatabaseFailure> {
  try {
    return work();
  } catch (error) {
    const failure = failureOfError(error, place);
    if (failure === undefined) throw error;
    return failed(failure);
  }
}

/** Whether an error comes from a system call. Node's errors about misuse (`ERR_…`) have no `syscall`. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
