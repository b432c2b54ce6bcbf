import { eraseFile, type EraseFailure } from '@postern/disk';
import { databasePath } from '../stores/vault-databases.ts';

/** What SQLite and a migration write beside a database. */
const FILES = ['', '-wal', '-shm', '-journal', '.before-migration', '.before-migration.new'];

/**
 * Permanently deletes every chat, also those in the trash, and unsent messages, by removing the files of their
 * database, which no process may have open. Returns the line for the user if one couldn't be removed.
 */
export function clearHistory(dataDir: string): string | undefined {
  const path = databasePath(dataDir, 'conversations');
  const failures = FILES.flatMap((suffix) => {
    const erased = eraseFile(`${path}${suffix}`);
    return erased.ok ? [] : [`${path}${suffix} ${whyOf(erased.failure)}`];
  });
  if (failures.length === 0) return undefined;
  return `Not every chat could be deleted: ${failures.join(', ')}.`;
}

function whyOf(failure: EraseFailure): string {
  return failure === 'foreign' ? 'belongs to another user' : `(${failure.errno})`;
}
