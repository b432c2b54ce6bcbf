import { failed, Fault, ok, type Result } from '@postern/kernel';
import { numberPragma, type Connection } from './connection.ts';
import type { DatabaseFailure, DatabasePlace } from './database-failure.ts';

/** What a migration may do to the database. */
export type MigrationTarget = Pick<Connection, 'exec' | 'prepare'>;

/** One numbered step of the schema. Never edited after a release: a later one corrects it. */
export interface Migration {
  /** 1, 2, 3… without a gap; kept in the database as `user_version`. */
  readonly version: number;
  /** What it does, in a few words. */
  readonly name: string;
  /** Runs inside a transaction that also writes the version. */
  readonly up: (database: MigrationTarget) => void;
}

/** Whether this set of migrations knows the version that the database has. */
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
 * Migrates the database to the newest version, each step in its own transaction. The caller holds
 * the opening lock. Errors of SQLite are thrown, and the failed step is rolled back.
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
