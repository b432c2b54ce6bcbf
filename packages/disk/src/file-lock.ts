import { lstatSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, failed, ok, type Clock, type Result } from '@postern/kernel';
import { diskFailureOf, type DiskFailure } from './disk-failure.ts';
import { createUnlessThere, unsafe } from './file-access.ts';

/** Why a lock wasn't taken. */
export type LockFailure =
  | DiskFailure
  /** Another process, or another holder in this one, has it. */
  | { readonly reason: 'lock-held'; readonly path: string }
  /** The file is something else than a lock. */
  | { readonly reason: 'lock-damaged'; readonly path: string };

/** A lock that is held until it is released or its process ends, however it ends. */
export interface HeldLock {
  release(): void;
}

/** Runs work while holding a lock. */
export interface FileLock<F> {
  /** One after the other, also within the process. Not re-entrant. */
  hold<T>(work: () => Promise<Result<T, F>>): Promise<Result<T, F>>;
  /** Waits until nobody in this process holds it or waits for it. */
  idle(): Promise<void>;
}

export interface FileLockOptions<F> {
  readonly clock: Clock;
  /** How long to wait for another process before the failure `lock-held`. */
  readonly waitMs: number;
  /** A failure to take the lock, as the owner of the lock says it. */
  readonly toFailure: (failure: LockFailure) => F;
}

const POLL_MS = 5;

/** SQLite looks for these beside a database; to open a pipe in their place would wait for ever. */
const COMPANIONS = ['-journal', '-wal', '-shm'];

/** A lock that nobody refers to any more is still one: without this, collecting it would drop it. */
const HELD = new Set<DatabaseSync>();

/**
 * Takes the lock file for this holder alone; `waitMs` blocks the thread. The lock is the exclusive
 * lock of an empty SQLite database (fcntl locks on POSIX, LockFileEx on Windows; sqlite.org/lockingv3.html),
 * which the operating system takes back when its holder dies: after `kill -9` nothing has to be cleaned
 * up, and two starts at once can't both win. A lock file with a pid or a heartbeat would have to guess.
 * The file stays when the lock is released, because removing it would let two processes hold two locks.
 */
export function takeLock(path: string, waitMs = 0): Result<HeldLock, LockFailure> {
  let database: DatabaseSync | undefined;
  try {
    const checked = checkFile(path);
    if (!checked.ok) return checked;
    const held = new DatabaseSync(path, { timeout: waitMs });
    database = held;
    // The transaction is never committed, so it needs no journal on the disk.
    held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    HELD.add(held);
    return ok({
      release: () => {
        if (HELD.delete(held)) held.close();
      },
    });
  } catch (error) {
    database?.close();
    return failed(failureOf(path, error));
  }
}

/** Creates the lock file if there is none. Fails if it could never be taken, whoever holds it. */
export function prepareLock(path: string): Result<undefined, LockFailure> {
  try {
    return checkFile(path);
  } catch (error) {
    return failed(failureOf(path, error));
  }
}

/**
 * Created 0600 before SQLite would create it otherwise. One that is there is only looked at: closing a
 * second descriptor of a locked file would drop the lock (POSIX fcntl).
 */
function checkFile(path: string): Result<undefined, DiskFailure> {
  createUnlessThere(path);
  const isFile = (at: string) => lstatSync(at, { throwIfNoEntry: false })?.isFile() !== false;
  const isRegular = [path, ...COMPANIONS.map((suffix) => `${path}${suffix}`)].every(isFile);
  return isRegular ? ok() : unsafe(path, 'not-a-file');
}

/** A lock for short sections: whoever comes while it is held waits without blocking the thread. */
export function fileLock<F>(
  path: string,
  { clock, waitMs, toFailure }: FileLockOptions<F>,
): FileLock<F> {
  const takeInTime = async (): Promise<Result<HeldLock, LockFailure>> => {
    const deadlineMs = clock.monotonicMs() + waitMs;
    for (;;) {
      const taken = takeLock(path);
      if (taken.ok || taken.failure.reason !== 'lock-held') return taken;
      if (clock.monotonicMs() >= deadlineMs) return taken;
      await sleep(POLL_MS);
    }
  };
  const holdAlone: FileLock<F>['hold'] = async (work) => {
    const taken = await takeInTime();
    if (!taken.ok) return failed(toFailure(taken.failure));
    try {
      return await work();
    } finally {
      taken.value.release();
    }
  };
  let before: Promise<unknown> = Promise.resolve();
  return {
    hold: (work) => {
      const mine = before.then(() => holdAlone(work));
      before = mine.catch(() => undefined);
      return mine;
    },
    idle: async () => {
      await before;
    },
  };
}

/** Primary result codes, sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

function failureOf(path: string, error: unknown): LockFailure {
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined;
  switch (errcode === undefined ? undefined : errcode & 0xff) {
    case undefined: {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      return diskFailureOf(path, errno);
    }
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return { reason: 'lock-held', path };
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return { reason: 'storage-read-only', path };
    case SQLITE_FULL:
      return { reason: 'disk-full', path };
    case SQLITE_NOTADB:
      return { reason: 'lock-damaged', path };
    default:
      return { reason: 'storage-failed', path, errno: `SQLITE_${String(errcode)}` };
  }
}
