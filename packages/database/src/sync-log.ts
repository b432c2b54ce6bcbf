import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from '@postern/kernel';

/*
 * Syncs a database's write-ahead log to the disk without SQLite. Closing a file releases the process's
 * POSIX locks on it. That is safe here, because SQLite locks the database and the shared memory, but
 * not the log.
 */

/** Throws file system errors. If there is no log, it was moved into the database and synced. */
export function syncLog(databasePath: string): void {
  let log: number;
  try {
    log = openSync(logOf(databasePath), 'r+');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    fdatasyncSync(log);
  } finally {
    closeSync(log);
  }
}

/** As `syncLog`, on a thread of Node's pool. */
export async function syncLogSoon(databasePath: string): Promise<void> {
  try {
    await using log = await open(logOf(databasePath), 'r+');
    await log.datasync();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function logOf(databasePath: string): string {
  return `${databasePath}-wal`;
}
