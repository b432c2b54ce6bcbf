import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from '@postern/kernel';

/*
 * Brings a database's write-ahead log onto the disk from outside SQLite. A descriptor of its own is
 * safe here: closing one drops the process's POSIX locks on that file, and SQLite locks the database
 * and the shared memory, never the log.
 */

/** Throws what the file system reports. A log that isn't there has gone into the database, synced. */
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
