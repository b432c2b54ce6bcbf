import { Fault, type Secret } from '@postern/kernel';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { rawKeyForm } from './raw-key.ts';

export type Connection = Sqlite;

/** How long a statement waits for another process before the failure `busy`. */
const BUSY_TIMEOUT_MS = 5000;

/** What every connection is set to, whether its database is encrypted or in memory. */
const SETTINGS = [
  // Sorting and temporary tables never reach the disk, where they would be in the clear.
  'temp_store = MEMORY',
  'foreign_keys = ON',
  // Freed pages are overwritten with zeros before they are encrypted again.
  'secure_delete = ON',
  // What a damaged or planted schema calls is refused.
  'trusted_schema = OFF',
  'cell_size_check = ON',
  // The log goes into the file a megabyte at a time: 12 ms in which nothing else runs, not 38.
  'wal_autocheckpoint = 256',
];

export interface ConnectOptions {
  readonly readonly?: boolean;
  readonly busyTimeoutMs?: number;
}

/**
 * Opens an existing file as a SQLCipher 4 database under a raw key. Reads nothing yet: a wrong key
 * shows at the first statement.
 */
export function connect(path: string, key: Secret, options: ConnectOptions = {}): Connection {
  const connection = connectPlain(path, options);
  connection.pragma("cipher = 'sqlcipher'");
  connection.pragma('legacy = 4');
  const form = rawKeyForm(key);
  connection.key(form);
  form.fill(0);
  applySettings(connection);
  return connection;
}

function connectPlain(path: string, options: ConnectOptions = {}): Connection {
  return new Sqlite(path, {
    fileMustExist: true,
    readonly: options.readonly ?? false,
    timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
  });
}

/** Opens an empty database that lives in the memory of this process alone. */
export function connectMemory(): Connection {
  const connection = new Sqlite(':memory:');
  applySettings(connection);
  return connection;
}

/**
 * Turns on write-ahead logging, so that readers and the writer do not wait for each other.
 * `synchronous = FULL`: a commit is on the disk when it returns. A revoked key must not come back
 * and a finished answer must not go with a power cut; the price is one fsync a commit.
 */
export function useWriteAheadLog(connection: Connection): void {
  const mode = connection.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw new Fault('the database does not take a write-ahead log');
  connection.pragma('synchronous = FULL');
  // The log shrinks back to this after a large transaction.
  connection.pragma('journal_size_limit = 8388608');
}

/** The whole number that a pragma gives. */
export function numberPragma(
  connection: Connection,
  name: 'user_version' | 'application_id',
): number {
  const value = connection.pragma(name, { simple: true });
  if (typeof value !== 'number') throw new Fault(`PRAGMA ${name} gave no number`);
  return value;
}

function applySettings(connection: Connection): void {
  for (const setting of SETTINGS) connection.pragma(setting);
}
