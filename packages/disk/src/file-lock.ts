import { lstatSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, failed, ok, type Clock, type Result } from '@postern/kernel';
import { diskFailureOf, type DiskFailure } from './disk-failure.ts';
import { createIfMissing, unsafe } from './file-access.ts';

/** Why a lock wasn't taken. */
export type LockFailure =
  | DiskFailure
  /** Another process, or other code in this process, holds it. */
  | { readonly reason: 'lock-held'; readonly path: string }
  /** The file isn't a lock file. */
  | { readonly reason: 'lock-damaged'; readonly path: string };

/** A lock that is held until it is released or the process ends, even if the process is killed. */
export interface HeldLock {
  release(): void;
}

/** Runs work while holding a lock. */
export interface FileLock<F> {
  /** Runs one piece of work at a time, within this process too. Not re-entrant. */
  hold<T>(work: () => Promise<Result<T, F>>): Promise<Result<T, F>>;
  /** Waits until nothing in this process holds the lock or waits for it. */
  idle(): Promise<void>;
}

export interface FileLockOptions<F> {
  readonly clock: Clock;
  /** How long to wait for another process before failing with `lock-held`. */
  readonly waitMs: number;
  /** Converts a failure to take the lock into the caller's own failure. */
  readonly toFailure: (failure: LockFailure) => F;
}

const POLL_MS = 5;

/** The files that SQLite opens along with a database. If one were a pipe, opening it would block. */
const COMPANIONS = ['-journal', '-wal', '-shm'];

/** Keeps held locks from being garbage-collected, which would release them. */
const HELD = new Set<DatabaseSync>();

/**
 * Takes an exclusive lock. Blocks the thread for up to `waitMs`.
 *
 * The lock is the exclusive lock of an empty SQLite database (fcntl locks on POSIX, LockFileEx on Windows;
 * sqlite.org/lockingv3.html). The operating system releases it when the process ends, so nothing has to
 * be cleaned up after `kill -9`, and two processes can't both get it. With a process id or a heartbeat in
 * a lock file, we would have to guess whether the owner is alive. The file isn't removed on release,
 * because a process could then create and lock a new file while another still waits for the old one.
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

/** Creates the lock file if there is none. Fails if the lock could never be taken. */
export function prepareLock(path: string): Result<undefined, LockFailure> {
  try {
    return checkFile(path);
  } catch (error) {
    return failed(failureOf(path, error));
  }
}

/**
 * Creates the file with mode 0600, because SQLite would use another mode. An existing file isn't opened:
 * closing a second descriptor would release a lock that this process holds (POSIX fcntl).
 */
function checkFile(path: string): Result<undefined, DiskFailure> {
  createIfMissing(path);
  const isFile = (at: string) => lstatSync(at, { throwIfNoEntry: false })?.isFile() !== false;
  const isRegular = [path, ...COMPANIONS.map((suffix) => `${path}${suffix}`)].every(isFile);
  return isRegular ? ok() : unsafe(path, 'not-a-file');
}

/** A lock for short critical sections. Waits for it without blocking the thread. */
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
