import { expectOk, ok, Secret, type Result } from '@postern/kernel';
import {
  openDatabase,
  type Database,
  type DatabaseFailure,
  type Migration,
} from '@postern/database';

export const KEY = '0123456789abcdef'.repeat(4);
export const OTHER_KEY = 'fedcba9876543210'.repeat(4);

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'notes',
    up: (database) => {
      database.exec('CREATE TABLE note (row INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
    },
  },
];

export function tryNotes(path: string, key = KEY): Result<Database, DatabaseFailure> {
  return openDatabase({ path, key: Secret.of(key), migrations: MIGRATIONS, label: 'notes' });
}

export function openNotes(path: string, key = KEY): Database {
  return expectOk(tryNotes(path, key));
}

export function addNote(database: Database, text: string): Result<undefined, DatabaseFailure> {
  const insert = database.prepare('INSERT INTO note (text) VALUES (?)');
  return database.runInTransaction(() => {
    insert.run(text);
    return ok();
  });
}

export function countNotes(database: Database): number {
  return Number(database.prepare('SELECT count(*) AS n FROM note').get()?.['n']);
}
