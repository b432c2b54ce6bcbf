import { createIfMissing, moveIntoPlaceSync } from '@postern/disk';
import { numberPragma, type Connection } from './connection.ts';
import type { DatabasePlace } from './database-failure.ts';
import { removeDatabaseFiles } from './private-files.ts';

/** Where the database is kept as it was before its last migration. */
export function backupPath({ path }: DatabasePlace): string {
  return `${path}.before-migration`;
}

/**
 * If a migration is due, keeps a copy of the database, encrypted with the same key. It replaces the copy of
 * an earlier migration. Throws SQLite's and the system's errors; then nothing may be migrated. The caller
 * holds the opening lock.
 */
export function backUpFirst(connection: Connection, place: DatabasePlace, known: number): void {
  const found = numberPragma(connection, 'user_version');
  if (found === 0 || found >= known) return;
  const backup = backupPath(place);
  const fresh = `${backup}.new`;
  removeDatabaseFiles(fresh);
  try {
    createIfMissing(fresh);
    connection.prepare('VACUUM INTO ?').run(fresh);
    moveIntoPlaceSync(fresh, backup);
  } finally {
    removeDatabaseFiles(fresh);
  }
}
