export { checkDatabase } from './check-database.ts';
export type { Database, SqlRow, SqlValue, Statement } from './database.ts';
export { describeDatabaseFailure, type DatabaseFailure } from './database-failure.ts';
export type { Migration, MigrationTarget } from './migrate.ts';
export { openDatabase } from './open-database.ts';
export { openMemoryDatabase } from './open-memory-database.ts';
export { rekeyDatabase } from './rekey-database.ts';
export { numberColumn, optionalNumberColumn, optionalTextColumn, textColumn } from './columns.ts';
export { snapshotDatabase, type Snapshot } from './snapshot-database.ts';
