import { connectMemory } from './connection.ts';
import type { Database } from './database.ts';
import { migrate, type Migration } from './migrate.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Opens a database in memory. It is lost when it is closed, and writes nothing to disk. */
export function openMemoryDatabase(options: {
  readonly migrations: readonly Migration[];
  readonly label: string;
}): Database {
  const connection = connectMemory();
  migrate(connection, options.migrations);
  return new SqliteDatabase(
    connection,
    { label: options.label, path: ':memory:' },
    () => undefined,
  );
}
