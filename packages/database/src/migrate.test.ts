import { expectOk } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import type { Migration } from './migrate.ts';
import { openDatabase } from './open-database.ts';
import { openMemoryDatabase } from './open-memory-database.ts';
import {
  addNotes,
  countNotes,
  hashes,
  KEY,
  MIGRATIONS,
  openNotes,
  scratchPath,
} from './testing/scratch.ts';

const third: Migration = {
  version: 3,
  name: 'a column',
  up: (database) => {
    database.exec('ALTER TABLE note ADD COLUMN colour TEXT');
    database.prepare('UPDATE note SET colour = ?').run('blue');
  },
};
const breaking: Migration = {
  version: 4,
  name: 'breaks half-way',
  up: (database) => {
    database.exec('DELETE FROM note');
    database.exec('INSERT INTO nowhere VALUES (1)');
  },
};

const open = (path: string, migrations: readonly Migration[]) =>
  openDatabase({ path, key: KEY, migrations, label: 'notes' });

describe('migrations', () => {
  test('run once each, in order, on an existing database', () => {
    const path = scratchPath();
    const before = openNotes(path);
    addNotes(before, 2);
    before.close();
    for (let start = 1; start <= 2; start += 1) {
      const database = expectOk(open(path, [...MIGRATIONS, third]));
      const rows = database.prepare('SELECT text, colour FROM note ORDER BY row').all();
      expect(rows).toEqual([
        { text: 'a note 0', colour: 'blue' },
        { text: 'a note 1', colour: 'blue' },
      ]);
      database.close();
    }
  });

  test('keep the earlier steps if one fails, and undo its changes', () => {
    const path = scratchPath();
    const before = openNotes(path);
    addNotes(before, 2);
    before.close();
    expect(() => open(path, [...MIGRATIONS, third, breaking])).toThrow('no such table: nowhere');
    const database = expectOk(open(path, [...MIGRATIONS, third]));
    expect(countNotes(database)).toBe(2);
    database.close();
  });

  test('leave no file if one fails in a new database', () => {
    const path = scratchPath();
    expect(() => open(path, [...MIGRATIONS, third, breaking])).toThrow('no such table: nowhere');
    expect(hashes(path)).toEqual({});
    openNotes(path);
  });

  test.each([
    ['a gap', [1, 3]],
    ['a duplicate', [1, 1]],
    ['a wrong beginning', [0, 1]],
  ])('throw if they are out of order: %s', (_name, versions) => {
    const migrations = versions.map((version) => ({ version, name: 'x', up: () => undefined }));
    expect(() => openMemoryDatabase({ migrations, label: 'notes' })).toThrow('out of order');
  });
});
