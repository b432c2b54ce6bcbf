import { errnoOf, failed, ok, type Result } from '@postern/kernel';
import { connectPlain } from './connection.ts';
import { areRegularFiles, createPrivateFile } from './private-files.ts';

/** Held until it is released or its process ends, however it ends. */
export interface ProcessLock {
  release(): void;
}

export interface LockFailure {
  readonly reason: 'held' | 'not-writable' | 'disk-full';
  readonly path: string;
}

/** A lock that nobody refers to any more is still one: without this, collecting it would drop it. */
const HELD = new Set<ReturnType<typeof connectPlain>>();

/**
 * Takes the lock file for this process alone. The lock is SQLite's own exclusive file lock
 * (sqlite.org/lockingv3.html), which the operating system drops with the process: after `kill -9`
 * nothing has to be cleaned up, and two starts at once cannot both win. The file holds no data.
 */
export function holdProcessLock(path: string): Result<ProcessLock, LockFailure> {
  let database: ReturnType<typeof connectPlain> | undefined;
  try {
    createPrivateFile(path);
    if (!areRegularFiles(path)) return failed({ reason: 'not-writable', path });
    database = connectPlain(path, { busyTimeoutMs: 0 });
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    HELD.add(held);
    return ok({
      release: () => {
        HELD.delete(held);
        held.close();
      },
    });
  } catch (error) {
    database?.close();
    return failed({ reason: reasonOf(error), path });
  }
}

function reasonOf(error: unknown): LockFailure['reason'] {
  const code = errnoOf(error);
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED') return 'held';
  return code === 'SQLITE_FULL' || code === 'ENOSPC' ? 'disk-full' : 'not-writable';
}
