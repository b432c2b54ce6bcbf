import { writeFileSync, readFileSync } from 'node:fs';
import { failed, ok } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { openMemoryDatabase } from './open-memory-database.ts';
import { addNotes, countNotes, MIGRATIONS, openNotes, scratchPath } from './testing/scratch.ts';

describe.each([
  ['in a file', () => openNotes(scratchPath())],
  ['in memory', () => openMemoryDatabase({ migrations: MIGRATIONS, label: 'notes' })],
])('a database %s', (_name, open) => {
  test('keeps the writes of a successful transaction', () => {
    const database = open();
    const insert = database.prepare('INSERT INTO note (text) VALUES (?)');
    expect(database.runInTransaction(() => ok(insert.run('kept')))).toEqual({
      ok: true,
      value: { changes: 1, lastRow: 1 },
    });
    expect(database.prepare('SELECT text FROM note').get()).toEqual({ text: 'kept' });
    expect(database.prepare('SELECT text FROM note WHERE row = ?').get(2)).toBeUndefined();
    expect(database.label).toBe('notes');
  });

  test('rolls back a transaction that fails', () => {
    const database = open();
    const result = database.runInTransaction(() => {
      database.prepare('INSERT INTO note (text) VALUES (?)').run('gone');
      return failed({ reason: 'changed-my-mind' });
    });
    expect(result).toEqual({ ok: false, failure: { reason: 'changed-my-mind' } });
    expect(countNotes(database)).toBe(0);
  });

  test('rolls back a transaction that throws, and rethrows', () => {
    const database = open();
    expect(() =>
      database.runInTransaction(() => {
        database.prepare('INSERT INTO note (text) VALUES (?)').run('gone');
        throw new RangeError('a fault');
      }),
    ).toThrow(RangeError);
    expect(countNotes(database)).toBe(0);
    addNotes(database, 1);
    expect(countNotes(database)).toBe(1);
  });

  test('commits without waiting for the disk, and syncs later', async () => {
    const database = open();
    expect(
      database.runUnsynced(() => {
        database.prepare('INSERT INTO note (text) VALUES (?)').run('kept');
        return ok();
      }),
    ).toEqual(ok());
    expect(await database.syncSoon()).toEqual(ok());
    addNotes(database, 1);
    expect(database.sync()).toEqual(ok());
    expect(countNotes(database)).toBe(2);
    expect(database.runUnsynced(() => failed({ reason: 'changed-my-mind' })).ok).toBe(false);
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  });

  test("doesn't nest transactions", () => {
    const database = open();
    expect(() => database.runInTransaction(() => database.runInTransaction(() => ok()))).toThrow(
      'do not nest',
    );
    addNotes(database, 1);
  });

  test('enforces constraints, and throws if one is violated', () => {
    const database = open();
    const insert = database.prepare('INSERT INTO note (row, text) VALUES (?, ?)');
    expect(() => database.attempt(() => insert.run(1, null))).toThrow('NOT NULL');
    expect(() => database.attempt(() => insert.run('one', 'x'))).toThrow();
    expect(() => database.prepare('SELECT absent')).toThrow('no such column');
  });

  test('runs a quick check and empties its log', () => {
    const database = open();
    addNotes(database, 10);
    expect([database.quickCheck(), database.emptyLog()]).toEqual([ok(), ok()]);
  });
});

describe('settings', () => {
  test.each([
    ['temp_store', 2],
    ['foreign_keys', 1],
    ['secure_delete', 1],
    ['trusted_schema', 0],
    ['cell_size_check', 1],
    ['synchronous', 2],
    ['journal_mode', 'wal'],
    ['busy_timeout', 5000],
    ['cipher', 'sqlcipher'],
  ])('%s is %s', (pragma, value) => {
    const row = openNotes(scratchPath()).prepare(`PRAGMA ${pragma}`).get();
    expect(Object.values(row ?? {})).toEqual([value]);
  });
});

test('empties the log of a large transaction on request', () => {
  const path = scratchPath();
  const database = openNotes(path);
  addNotes(database, 500);
  expect(readFileSync(`${path}-wal`).length).toBeGreaterThan(4096);
  expect(database.emptyLog()).toEqual(ok());
  expect(readFileSync(`${path}-wal`).length).toBe(0);
});

describe('a database that is damaged while closed', () => {
  test('is reported as damaged by reads and by the check, without a crash', () => {
    const path = scratchPath();
    const before = openNotes(path);
    addNotes(before, 2000);
    before.close();
    const bytes = readFileSync(path);
    for (let at = 4 * 4096; at < bytes.length; at += 4096) bytes.fill(0, at + 50, at + 60);
    writeFileSync(path, bytes);
    const database = openNotes(path);
    const failure = { reason: 'damaged', damage: 'content', label: 'notes', path };
    expect(database.quickCheck()).toEqual({ ok: false, failure });
    const readAll = database.prepare('SELECT text FROM note NOT INDEXED');
    expect(database.attempt(() => readAll.all().length)).toEqual({ ok: false, failure });
  });
});
