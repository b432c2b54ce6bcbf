import { failed, ok, type Result } from '@postern/kernel';
import { connect } from './connection.ts';
import type { DatabaseFailure } from './database-failure.ts';
import { attemptAt } from './failure-of-error.ts';
import { checkFound, notAFile, refuseIfOpen, type OpenDatabaseOptions } from './open-database.ts';
import { areRegularFiles, realFilePath, sizeOf } from './private-files.ts';

/**
 * Checks the key of a database and runs SQLite's `quick_check`, without migrating it. Throws if this
 * process has the database open; other processes may have it open.
 */
export function checkDatabase({
  path,
  key,
  label,
}: Omit<OpenDatabaseOptions, 'migrations'>): Result<'absent' | 'whole', DatabaseFailure> {
  return attemptAt({ label, path }, () => {
    if (sizeOf(path) === undefined) return ok('absent');
    const place = { label, path: realFilePath(path) };
    refuseIfOpen(place);
    if (!areRegularFiles(place.path)) return failed(notAFile(place));
    const found = checkFound(place, key);
    if (!found.ok) return found;
    const connection = connect(place.path, key, { readonly: true });
    try {
      const finding = connection.pragma('quick_check(1)', { simple: true });
      return finding === 'ok'
        ? ok('whole')
        : failed({ reason: 'damaged', ...place, damage: 'content' });
    } finally {
      connection.close();
    }
  });
}
