import { createIfMissing } from '@postern/disk';
import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { backupPath } from './back-up-first.ts';
import { checkKey } from './check-key.ts';
import { connect, useWriteAheadLog } from './connection.ts';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';
import { attemptAt } from './failure-of-error.ts';
import { freshPath, notAFile, refuseIfOpen, replaceDatabase } from './open-database.ts';
import { withOpeningLock } from './opening-lock.ts';
import { areRegularFiles, realFilePath, removeDatabaseFiles, sizeOf } from './private-files.ts';
import { rawKeyBytes } from './raw-key.ts';
import { rekeyInPlace } from './rekey-in-place.ts';

export interface RekeyDatabaseOptions {
  readonly path: string;
  readonly label: string;
  readonly key: Secret;
  readonly newKey: Secret;
}

/**
 * Encrypts a database with another key and a new salt. A copy is created, rekeyed, verified and synced
 * before it replaces the old file, so a process that is killed leaves either the old or the new one. The
 * call can then be repeated. Fails with `busy` while another process has the database open.
 */
export function rekeyDatabase(options: RekeyDatabaseOptions): Result<undefined, DatabaseFailure> {
  return attemptAt({ label: options.label, path: options.path }, () => {
    const place = { label: options.label, path: realFilePath(options.path) };
    refuseIfOpen(place);
    if (!areRegularFiles(place.path)) return failed(notAFile(place));
    return withOpeningLock(place, () => {
      if (opensWith(place, options.newKey).ok) {
        removeDatabaseFiles(backupPath(place));
        return ok();
      }
      const checked = opensWith(place, options.key);
      if (!checked.ok) return checked;
      const fresh = freshPath(place);
      try {
        removeDatabaseFiles(fresh);
        const made = makeRekeyed(fresh, place, options);
        if (made.ok) {
          replaceDatabase(fresh, place);
          // The old key must open nothing that is left.
          removeDatabaseFiles(backupPath(place));
        }
        return made;
      } finally {
        removeDatabaseFiles(fresh);
      }
    });
  });
}

function opensWith(place: DatabasePlace, key: Secret): Result<undefined, DatabaseFailure> {
  const bytes = rawKeyBytes(key);
  try {
    return checkKey(place, bytes);
  } finally {
    bytes.fill(0);
  }
}

function makeRekeyed(
  fresh: string,
  place: DatabasePlace,
  options: RekeyDatabaseOptions,
): Result<undefined, DatabaseFailure> {
  const old = connect(place.path, options.key);
  try {
    // Another process that has the database open would keep writing to the old file.
    old.pragma('locking_mode = EXCLUSIVE');
    old.prepare('SELECT count(*) FROM sqlite_schema').get();
    old.pragma('wal_checkpoint(TRUNCATE)');
    createIfMissing(fresh);
    old.prepare('VACUUM INTO ?').run(fresh);
  } finally {
    old.close();
  }
  // SQLite would replay a remaining log into the new file.
  if ((sizeOf(`${place.path}-wal`) ?? 0) > 0) return failed({ reason: 'busy', ...place });
  rekeyInPlace(fresh, options.key, options.newKey);
  const copy = connect(fresh, options.newKey);
  try {
    useWriteAheadLog(copy);
    const finding = copy.pragma('quick_check(1)', { simple: true });
    if (finding === 'ok') return ok();
    return failed({ reason: 'damaged', ...place, damage: 'content' });
  } finally {
    copy.close();
  }
}
