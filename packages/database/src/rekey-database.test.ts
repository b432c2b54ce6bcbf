import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { ok } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';
import { rekeyDatabase } from './rekey-database.ts';
import {
  addNotes,
  countNotes,
  hashes,
  KEY,
  MIGRATIONS,
  openNotes,
  OTHER_KEY,
  scratchPath,
} from './testing/scratch.ts';

function closedDatabase(): string {
  const path = scratchPath();
  const database = openNotes(path);
  addNotes(database, 300);
  database.close();
  return path;
}

const rekey = (path: string, key = KEY, newKey = OTHER_KEY) =>
  rekeyDatabase({ path, label: 'notes', key, newKey });

describe('rekeying a database', () => {
  test('opens all content with the new key, and not with the old one', () => {
    const path = closedDatabase();
    const salt = readFileSync(path).subarray(0, 16);
    expect(rekey(path)).toEqual(ok());
    expect(openDatabase({ path, key: KEY, migrations: MIGRATIONS, label: 'notes' })).toMatchObject({
      ok: false,
      failure: { reason: 'wrong-key-or-damaged' },
    });
    const database = openNotes(path, OTHER_KEY);
    expect(countNotes(database)).toBe(300);
    expect(database.quickCheck()).toEqual(ok());
    database.close();
    expect(readFileSync(path).subarray(0, 16).equals(salt)).toBe(false);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    for (const left of ['.new', '.new-wal', '-wal', '-shm']) {
      expect(existsSync(path + left)).toBe(false);
    }
  });

  test('changes nothing if it is repeated', () => {
    const path = closedDatabase();
    expect(rekey(path)).toEqual(ok());
    const before = hashes(path);
    expect(rekey(path)).toEqual(ok());
    expect(hashes(path)).toEqual(before);
  });

  test('works even if a killed process left its copy', () => {
    const path = closedDatabase();
    writeFileSync(`${path}.new`, 'half a copy');
    expect(rekey(path)).toEqual(ok());
    expect(countNotes(openNotes(path, OTHER_KEY))).toBe(300);
  });

  test('fails without changes if the old key is wrong', () => {
    const path = closedDatabase();
    const before = hashes(path);
    expect(rekey(path, OTHER_KEY, OTHER_KEY)).toMatchObject({
      failure: { reason: 'wrong-key-or-damaged' },
    });
    expect(hashes(path)).toEqual(before);
  });

  test('fails without changes if a page is damaged', () => {
    const path = closedDatabase();
    writeFileSync(path, readFileSync(path).fill(1, 3 * 4096, 3 * 4096 + 1));
    const before = hashes(path);
    expect(rekey(path)).toMatchObject({ failure: { reason: 'damaged', damage: 'content' } });
    expect(hashes(path)).toEqual(before);
  });

  test('throws while this process has the database open', () => {
    const path = closedDatabase();
    openNotes(path);
    expect(() => rekey(path)).toThrow('open already');
  });

  test('fails if there is no database', () => {
    expect(rekey(scratchPath())).toMatchObject({
      failure: { reason: 'disk-fault', systemCode: 'ENOENT' },
    });
  });
});
