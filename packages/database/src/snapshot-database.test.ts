import { readFileSync, statSync } from 'node:fs';
import { expectOk } from '@postern/kernel';
import { expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';
import { snapshotDatabase } from './snapshot-database.ts';
import {
  addNotes,
  countNotes,
  KEY,
  MIGRATIONS,
  openNotes,
  OTHER_KEY,
  scratchPath,
} from './testing/scratch.ts';

const snapshot = (path: string, key = KEY) =>
  snapshotDatabase({ path, key, label: 'notes', to: `${path}.copy`, count: ['note', 'absent'] });

test('copies a database with its key, private and encrypted, and counts its rows', () => {
  const path = scratchPath();
  const database = openNotes(path);
  addNotes(database, 3, 'a note of the snapshot');
  database.close();
  const { bytes, counts } = expectOk(snapshot(path)) ?? {};
  expect(counts).toEqual({ note: 3 });
  const copy = readFileSync(`${path}.copy`);
  expect(copy.length).toBe(bytes);
  expect(copy.includes('a note of the snapshot')).toBe(false);
  expect(statSync(`${path}.copy`).mode & 0o777).toBe(0o600);
  const opened = expectOk(
    openDatabase({ path: `${path}.copy`, key: KEY, migrations: MIGRATIONS, label: 'notes' }),
  );
  expect(countNotes(opened)).toBe(3);
  opened.close();
});

test('replaces what an interrupted copy left, and copies nothing where nothing is', () => {
  const path = scratchPath();
  expect(snapshot(path)).toEqual({ ok: true, value: undefined });
  openNotes(path).close();
  expectOk(snapshot(path));
  expect(expectOk(snapshot(path))?.counts).toEqual({ note: 0 });
});

test('fails with a wrong key', () => {
  const path = scratchPath();
  openNotes(path).close();
  expect(snapshot(path, OTHER_KEY)).toMatchObject({ failure: { reason: 'wrong-key-or-damaged' } });
});
