import { Fault, type Secret } from '@postern/kernel';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { rawKeyForm } from './raw-key.ts';

export type Connection = Sqlite;

/** How long a statement waits for another process before it fails with `busy`. */
const BUSY_TIMEOUT_MS = 5000;

/** The settings of every connection, encrypted or in memory. */
const SETTINGS = [
  // Keep sorting and temporary tables in memory, because on disk they would be unencrypted.
  'temp_store = MEMORY',
  'foreign_keys = ON',
  // Freed pages are overwritten with zeros before they are encrypted again.
  'secure_delete = ON',
  // Refuse unsafe functions in a schema, which could be damaged or planted.
  'trusted_schema = OFF',
  'cell_size_check = ON',
  // Checkpoint after 1 MB of log. It blocks for 12 ms; the default of 4 MB would block for 38 ms.
  'wal_autocheckpoint = 256',
];

export interface ConnectOptions {
  readonly readonly?: boolean;
  readonly busyTimeoutMs?: number;
}

/**
 * Opens an existing file as a SQLCipher 4 database with a raw key. Reads nothing yet, so a wrong key fails
 * only at the first statement.
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

/** Opens an empty database in memory. */
export function connectMemory(): Connection {
  const connection = new Sqlite(':memory:');
  applySettings(connection);
  return connection;
}

/**
 * Turns on write-ahead logging, so that readers and the writer don't wait for each other. With
 * `synchronous = FULL`, each commit is synced to the disk. Otherwise a power failure could undo the
 * revocation of a key or lose a finished answer.
 */
export function useWriteAheadLog(connection: Connection): void {
  const mode = connection.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw new Fault("the database doesn't support a write-ahead log");
  connection.pragma('synchronous = FULL');
  // After a large transaction, shrink the log to this size.
  connection.pragma('journal_size_limit = 8388608');
}

/** The value of a pragma, a number. */
export function numberPragma(
  connection: Connection,
  name: 'user_version' | 'application_id',
): number {
  const value = connection.pragma(name, { simple: true });
  if (typeof value !== 'number') throw new Fault(`PRAGMA ${name} isn't a number`);
  return value;
}

function applySettings(connection: Connection): void {
  for (const setting of SETTINGS) connection.pragma(setting);
}
