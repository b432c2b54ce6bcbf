import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, failed, type Clock, type Result } from '@postern/kernel';
import type { VaultFailure } from '../vault-failure.ts';
import { diskFailureOf } from './disk-failure-of.ts';

/** One writer at a time, among all processes that share the data directory. */
export interface VaultLock {
  /** Runs `work` while holding the lock; `vault-busy` where it cannot be had in time. Not re-entrant. */
  hold<T>(work: () => Promise<Result<T, VaultFailure>>): Promise<Result<T, VaultFailure>>;
}

const WAIT_MS = 30_000;
const POLL_MS = 15;

/**
 * A lock that the operating system takes back when its holder dies, so that nothing is ever
 * stale: the exclusive lock of an empty SQLite database (fcntl locks on POSIX, LockFileEx on
 * Windows), for which Node has the code built in. A lock file with a pid or a heartbeat would have
 * to guess after a kill -9.
 */
export function fileLock(path: string, clock: Clock): VaultLock {
  return {
    hold: async (work) => {
      const taken = await take(path, clock);
      if (!taken.ok) return taken;
      try {
        return await work();
      } finally {
        taken.value();
      }
    },
  };
}

type Release = () => void;

async function take(path: string, clock: Clock): Promise<Result<Release, VaultFailure>> {
  const deadlineMs = clock.monotonicMs() + WAIT_MS;
  for (;;) {
    const attempt = await tryOnce(path);
    if (attempt.ok || attempt.failure.reason !== 'vault-busy') return attempt;
    if (clock.monotonicMs() >= deadlineMs) return attempt;
    await sleep(POLL_MS);
  }
}

/** Primary result codes, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

async function tryOnce(path: string): Promise<Result<Release, VaultFailure>> {
  const { DatabaseSync } = await import('node:sqlite');
  try {
    createPrivately(path);
    // To open a pipe would wait for ever. Only looked at: a descriptor must not be closed here.
    if (!lstatSync(path).isFile()) {
      return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' });
    }
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw error;
    }
    return {
      ok: true,
      value: () => {
        database.close();
      },
    };
  } catch (error) {
    return failed(failureOf(path, error));
  }
}

/**
 * Makes the file 0600 before SQLite would make it otherwise. Only ever opens a file that was not
 * there: closing a second descriptor of a locked file would drop the lock (POSIX fcntl).
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function failureOf(path: string, error: unknown): VaultFailure {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined;
  switch (errcode === undefined ? undefined : errcode & 0xff) {
    case undefined: {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      return diskFailureOf(path, errno);
    }
    case SQLITE_BUSY:
      return { reason: 'vault-busy' };
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return { reason: 'storage-read-only', path };
    case SQLITE_NOTADB:
      return { reason: 'vault-damaged', file: path, damage: 'malformed' };
    default:
      return { reason: 'storage-failed', path, errno: `SQLITE_${String(errcode)}` };
  }
}
