import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import type { Migration } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { rekeyDatabase } from './rekey-database.ts';
import {
  addNotes,
  countNotes,
  KEY,
  MIGRATIONS,
  openNotes,
  OTHER_KEY,
  scratchPath,
} from './testing/scratch.ts';

const emptying: Migration = {
  version: 3,
  name: 'loses every note',
  up: (database) => {
    database.exec('DELETE FROM note');
  },
};
const breaking: Migration = {
  version: 3,
  name: 'breaks',
  up: (database) => {
    database.exec('INSERT INTO nowhere VALUES (1)');
  },
};

const open = (path: string, migrations: readonly Migration[] = MIGRATIONS, key = KEY) =>
  openDatabase({ path, key, migrations, label: 'notes' });

function withTwoNotes(): string {
  const path = scratchPath();
  const database = openNotes(path);
  addNotes(database, 2, 'a note of the backup');
  database.close();
  return path;
}

describe('before a migration', () => {
  test('the database is kept as it was, encrypted and private', () => {
    const path = withTwoNotes();
    const migrated = expectOk(open(path, [...MIGRATIONS, emptying]));
    expect(countNotes(migrated)).toBe(0);
    migrated.close();
    const backup = `${path}.before-migration`;
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(backup);
    expect(bytes.includes('a note of the backup')).toBe(false);
    expect(bytes.includes('SQLite format 3')).toBe(false);
    expect(open(backup, MIGRATIONS, OTHER_KEY)).toMatchObject({
      failure: { reason: 'wrong-key-or-damaged' },
    });
    const kept = expectOk(open(backup));
    expect(countNotes(kept)).toBe(2);
    kept.close();
  });

  test('the database and its copy are the same if the migration fails', () => {
    const path = withTwoNotes();
    expect(() => open(path, [...MIGRATIONS, breaking])).toThrow('no such table: nowhere');
    for (const each of [path, `${path}.before-migration`]) {
      const database = expectOk(open(each));
      expect(countNotes(database)).toBe(2);
      database.close();
    }
  });

  test('no copy is made if no migration is due', () => {
    const path = withTwoNotes();
    openNotes(path).close();
    expect(readdirSync(dirname(path)).filter((name) => name.includes('before'))).toEqual([]);
  });

  test('a copy that a killed process left unfinished is replaced', () => {
    const path = withTwoNotes();
    const other = openNotes(`${path}.before-migration.new`);
    addNotes(other, 7);
    other.close();
    expectOk(open(path, [...MIGRATIONS, emptying])).close();
    const kept = expectOk(open(`${path}.before-migration`));
    expect(countNotes(kept)).toBe(2);
    kept.close();
    expect(existsSync(`${path}.before-migration.new`)).toBe(false);
  });
});

test('a new key leaves no copy that the old one opens', () => {
  const path = withTwoNotes();
  const migrations = [...MIGRATIONS, emptying];
  expectOk(open(path, migrations)).close();
  expectOk(rekeyDatabase({ path, label: 'notes', key: KEY, newKey: OTHER_KEY }));
  expect(existsSync(`${path}.before-migration`)).toBe(false);
});
