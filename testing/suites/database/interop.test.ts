import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decryptPages,
  formsOfText,
  openWithSecondSqlcipher,
  skipBecause,
  whyNoSecondSqlcipher,
} from '@postern/testing';
import { expectOk } from '@postern/kernel';
import { expect, onTestFinished, test } from 'vitest';
import { addNote, countNotes, KEY, openNotes, OTHER_KEY } from './notes.ts';

const MARK = 'marked canary, 43 bytes of text: ünïcödé';
const skip = skipBecause('a second SQLCipher', whyNoSecondSqlcipher());

function scratchPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-interop-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'notes.db');
}

/** Creates a database whose last rows are only in its log, as after a kill. */
function databaseWithLog(): string {
  const live = scratchPath();
  const database = openNotes(live);
  for (let number = 0; number < 20; number += 1) expectOk(addNote(database, MARK));
  expectOk(database.emptyLog());
  for (let number = 0; number < 20; number += 1) expectOk(addNote(database, MARK));
  const path = scratchPath();
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(live + suffix, path + suffix);
  database.close();
  return path;
}

test.skipIf(skip)(
  'another SQLCipher build reads the database and its log with the key',
  async () => {
    const path = databaseWithLog();
    const second = await openWithSecondSqlcipher(path, KEY);
    expect(second.all('PRAGMA cipher_version')[0]?.['cipher_version']).toMatch(/^4\./);
    expect(second.all('SELECT count(*) AS n, min(text) AS text FROM note')).toEqual([
      { n: 40, text: MARK },
    ]);
    expect(second.all('PRAGMA cipher_integrity_check')).toEqual([]);
    expect(second.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    second.close();
  },
);

test.skipIf(skip)('reads a database that another SQLCipher build wrote', async () => {
  const path = databaseWithLog();
  const second = await openWithSecondSqlcipher(path, KEY);
  second.all("INSERT INTO note (text) VALUES ('from elsewhere') RETURNING row");
  second.close();
  const database = openNotes(path);
  expect(countNotes(database)).toBe(41);
  expect(database.quickCheck().ok).toBe(true);
  database.close();
});

test.skipIf(skip)('another SQLCipher build rejects the wrong key', async () => {
  const path = databaseWithLog();
  const second = await openWithSecondSqlcipher(path, OTHER_KEY);
  expect(() => second.all('SELECT count(*) FROM note')).toThrow('not a database');
});

test('no marked text is in the database, its log or its shared memory, in any encoding', () => {
  const path = databaseWithLog();
  for (const suffix of ['', '-wal', '-shm']) {
    const bytes = readFileSync(path + suffix);
    expect(bytes.length).toBeGreaterThan(4096);
    for (const [form, text] of formsOfText(MARK)) {
      expect(bytes.includes(text), `${form} in notes.db${suffix}`).toBe(false);
    }
  }
});

test('the text is found after decrypting with the documented format', () => {
  const path = databaseWithLog();
  openNotes(path).close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const plain = Buffer.concat(decryptPages(readFileSync(path), KEY));
  expect(plain.includes(MARK)).toBe(true);
  expect(() => decryptPages(readFileSync(path), OTHER_KEY)).toThrow('does not authenticate');
});
