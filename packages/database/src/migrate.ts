import { failed, Fault, ok, type Result } from '@postern/kernel';
import { numberPragma, type Connection } from './connection.ts';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';

/** The methods that a migration may use. */
export type MigrationTarget = Pick<Connection, 'exec' | 'prepare'>;

/** One numbered step of the schema. Never edit it after a release; add another one instead. */
export interface Migration {
  /** 1, 2, 3… without gaps. Stored in the database as `user_version`. */
  readonly version: number;
  /** A short description. */
  readonly name: string;
  /** Runs inside a transaction that also writes the version. */
  readonly up: (database: MigrationTarget) => void;
}

/** Fails with `version-unknown` if the database is newer than these migrations. */
export function checkVersion(
  connection: Connection,
  migrations: readonly Migration[],
  place: DatabasePlace,
): Result<undefined, DatabaseFailure> {
  const found = numberPragma(connection, 'user_version');
  const known = migrations.length;
  return found <= known ? ok() : failed({ reason: 'version-unknown', ...place, found, known });
}

/**
 * Migrates the database to the newest version, each step in its own transaction. Throws SQLite's errors
 * after rolling back the failed step. The caller holds the opening lock.
 */
export function migrate(connection: Connection, migrations: readonly Migration[]): void {
  checkNumbering(migrations);
  for (const migration of migrations.slice(numberPragma(connection, 'user_version'))) {
    connection.exec('BEGIN IMMEDIATE');
    try {
      migration.up(connection);
      connection.pragma(`user_version = ${migration.version}`);
      connection.exec('COMMIT');
    } finally {
      if (connection.inTransaction) connection.exec('ROLLBACK');
    }
  }
}

function checkNumbering(migrations: readonly Migration[]): void {
  const gap = migrations.find(({ version }, index) => version !== index + 1);
  if (gap !== undefined) throw new Fault(`migration ${gap.version} is out of order`);
}
