import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { createIfMissing, moveIntoPlaceSync } from '@postern/disk';
import { failed, Fault, ok, type Result, type Secret } from '@postern/kernel';
import { backUpFirst } from './back-up-first.ts';
import { checkKey } from './check-key.ts';
import { connect, numberPragma, useWriteAheadLog, type Connection } from './connection.ts';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';
import type { Database } from './database.ts';
import { attemptAt } from './failure-of-error.ts';
import { checkVersion, migrate, type Migration } from './migrate.ts';
import { withOpeningLock } from './opening-lock.ts';
import {
  areRegularFiles,
  ensurePrivateDirectory,
  makePrivate,
  realFilePath,
  removeDatabaseFiles,
  sizeOf,
} from './private-files.ts';
import { rawKeyBytes } from './raw-key.ts';
import { SqliteDatabase } from './sqlite-database.ts';

export interface OpenDatabaseOptions {
  /** The file; created, with its directory, if it doesn't exist. */
  readonly path: string;
  /** 256 bits as 64 hex digits, used without key derivation. Anything else throws. */
  readonly key: Secret;
  readonly migrations: readonly Migration[];
  /** The name of the database in messages, such as `conversations`. The file is marked with it too. */
  readonly label: string;
}

/** The real paths of the databases that this process has open. */
const openPaths = new Set<string>();

/**
 * Opens an encrypted database, creates it if it doesn't exist, and migrates it to the newest version. A
 * failure changes nothing on the disk. Throws if this process has the database open already, because
 * `checkKey` would release SQLite's locks.
 */
export function openDatabase(options: OpenDatabaseOptions): Result<Database, DatabaseFailure> {
  return attemptAt({ label: options.label, path: options.path }, () => {
    ensurePrivateDirectory(dirname(options.path));
    const place = { label: options.label, path: realFilePath(options.path) };
    refuseIfOpen(place);
    if (!areRegularFiles(place.path)) return failed(notAFile(place));
    return withOpeningLock(place, () => {
      const found = findOrCreate(place, options);
      return found.ok ? openFound(place, options) : found;
    });
  });
}

export function notAFile(place: DatabasePlace): DatabaseFailure {
  return { reason: 'damaged', ...place, damage: 'not-a-file' };
}

/** Throws if this process has the database open. */
export function refuseIfOpen(place: DatabasePlace): void {
  if (openPaths.has(place.path)) throw new Fault(`the ${place.label} database is open already`);
}

function findOrCreate(
  place: DatabasePlace,
  options: OpenDatabaseOptions,
): Result<undefined, DatabaseFailure> {
  const fresh = freshPath(place);
  // A process may have been killed while it created or rekeyed the database.
  removeDatabaseFiles(fresh);
  if (sizeOf(place.path) !== undefined) return checkFound(place, options.key);
  // The log may contain data of a lost database, and SQLite would replay it into the new file.
  if ((sizeOf(`${place.path}-wal`) ?? 0) > 0) {
    return failed({ reason: 'damaged', ...place, damage: 'log-without-database' });
  }
  try {
    createAt(fresh, options);
    replaceDatabase(fresh, place);
  } catch (error) {
    removeDatabaseFiles(fresh);
    throw error;
  }
  return ok();
}

/** Checks whether the key belongs to an existing file; see `checkKey`. */
export function checkFound(place: DatabasePlace, key: Secret): Result<undefined, DatabaseFailure> {
  const bytes = rawKeyBytes(key);
  try {
    return checkKey(place, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Creates the database under a temporary name, so that an incomplete one never has the final name. */
function createAt(path: string, options: OpenDatabaseOptions): void {
  createIfMissing(path);
  const connection = connect(path, options.key);
  try {
    useWriteAheadLog(connection);
    // The whole file is synced before it is moved into place.
    connection.pragma('synchronous = OFF');
    connection.pragma(`application_id = ${applicationId(options.label)}`);
    migrate(connection, options.migrations);
  } finally {
    connection.close();
  }
}

function openFound(
  place: DatabasePlace,
  options: OpenDatabaseOptions,
): Result<Database, DatabaseFailure> {
  // Closing the last read-write connection moves the log into the database. So if there is a log,
  // check with a read-only connection first whether this is the right database.
  if ((sizeOf(`${place.path}-wal`) ?? 0) > 0) {
    const probe = connect(place.path, options.key, { readonly: true });
    try {
      const checked = checkContent(probe, place, options);
      if (!checked.ok) return checked;
    } finally {
      probe.close();
    }
  }
  const connection = connect(place.path, options.key);
  try {
    const checked = checkContent(connection, place, options);
    if (!checked.ok) {
      connection.close();
      return checked;
    }
    makePrivate(place.path);
    useWriteAheadLog(connection);
    backUpFirst(connection, place, options.migrations.length);
    migrate(connection, options.migrations);
  } catch (error) {
    connection.close();
    throw error;
  }
  openPaths.add(place.path);
  return ok(new SqliteDatabase(connection, place, () => openPaths.delete(place.path)));
}

/** Checks the schema, the application id and the version. Changes nothing. */
function checkContent(
  connection: Connection,
  place: DatabasePlace,
  options: OpenDatabaseOptions,
): Result<undefined, DatabaseFailure> {
  connection.prepare('SELECT count(*) FROM sqlite_schema').get();
  if (numberPragma(connection, 'application_id') !== applicationId(options.label)) {
    return failed({ reason: 'damaged', ...place, damage: 'other-database' });
  }
  return checkVersion(connection, options.migrations, place);
}

/** The temporary path of a database that is being created or rekeyed. */
export function freshPath(place: DatabasePlace): string {
  return `${place.path}.new`;
}

/** Moves a finished, closed database into place atomically. */
export function replaceDatabase(fresh: string, place: DatabasePlace): void {
  moveIntoPlaceSync(fresh, place.path);
}

/** SQLite's application id: the first four bytes of the label's SHA-256. */
function applicationId(label: string): number {
  return createHash('sha256').update(label).digest().readInt32BE();
}
