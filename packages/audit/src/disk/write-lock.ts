import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, failed, ok, type Clock, type Result } from '@postern/kernel';
import type { AuditFailure } from '../audit-failure.ts';

/** One writer at a time, among all processes that share the log. */
export interface WriteLock {
  /** Runs `work` while holding the lock, one after the other also within the process. Not re-entrant. */
  hold<T>(work: () => Promise<Result<T, AuditFailure>>): Promise<Result<T, AuditFailure>>;
  /** Waits for what holds it or waits for it in this process, then closes it. */
  close(): Promise<void>;
}

const POLL_MS = 5;

/** Primary result codes, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;

/**
 * The exclusive lock of an empty SQLite database, which the operating system takes back when its
 * holder dies, so that nothing is ever stale (fcntl locks on POSIX, LockFileEx on Windows). The
 * file stays open: closing another descriptor of it would drop the lock (POSIX fcntl).
 */
export function openWriteLock(
  path: string,
  clock: Clock,
  waitMs: number,
): Result<WriteLock, AuditFailure> {
  const attempt = (statement: string): Result<undefined, AuditFailure> => {
    try {
      database.exec(statement);
      return ok();
    } catch (error) {
      return failed(failureOf(path, error));
    }
  };
  const take = async (): Promise<Result<undefined, AuditFailure>> => {
    const deadlineMs = clock.monotonicMs() + waitMs;
    for (;;) {
      const taken = attempt('BEGIN EXCLUSIVE');
      if (taken.ok || taken.failure.reason !== 'audit-busy') return taken;
      if (clock.monotonicMs() >= deadlineMs) return taken;
      await sleep(POLL_MS);
    }
  };
  let database: InstanceType<typeof DatabaseSync>;
  try {
    createPrivately(path);
    // To open a pipe would wait for ever. Only looked at: a descriptor must not be closed here.
    if (!lstatSync(path).isFile()) {
      return failed({ reason: 'unsafe-file', path, problem: 'not-a-file' });
    }
    database = new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    return failed(failureOf(path, error));
  }
  const holdAlone: WriteLock['hold'] = async (work) => {
    const taken = await take();
    if (!taken.ok) return taken;
    try {
      return await work();
    } finally {
      database.exec('ROLLBACK');
    }
  };
  let before: Promise<unknown> = Promise.resolve();
  return ok({
    hold: (work) => {
      const mine = before.then(() => holdAlone(work));
      before = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await before;
      database.close();
    },
  });
}

/** Makes the file 0600 before SQLite would make it otherwise; never opens one that was there. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function failureOf(path: string, error: unknown): AuditFailure {
  const primary = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (primary === SQLITE_BUSY) return { reason: 'audit-busy' };
  const code = errnoOf(error);
  if (code === undefined) throw error;
  const isFull = primary === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT';
  if (isFull) return { reason: 'disk-full', path };
  if (primary === SQLITE_READONLY || primary === SQLITE_CANTOPEN || FORBIDDEN.has(code)) {
    return { reason: 'storage-read-only', path };
  }
  return { reason: 'storage-failed', path, errno: primary === 0 ? code : `SQLITE_${primary}` };
}

const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EROFS', 'EPERM']);
