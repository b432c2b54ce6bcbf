import { readFileSync } from 'node:fs';
import { expectOk, ok } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { checkDatabase } from './check-database.ts';
import { rekeyInPlace } from './rekey-in-place.ts';
import { putPageSizeInCiphertext } from './testing/clear-page-size.ts';
import { addNotes, countNotes, KEY, openNotes, OTHER_KEY, scratchPath } from './testing/scratch.ts';

/** All page sizes that SQLite accepts: powers of two from 512 to 32,768, and 1 for 65,536. */
const PAGE_SIZES = [2, 4, 8, 16, 32, 64, 128].map((high) => [high, 0]).concat([[0, 1]]);

describe('a file whose ciphertext has a page size at byte 16', () => {
  test.each(PAGE_SIZES)('%i %i is rekeyed like any other', (...size) => {
    const path = scratchPath();
    const database = openNotes(path);
    addNotes(database, 300);
    database.close();
    putPageSizeInCiphertext(path, KEY, size);
    expect([...readFileSync(path).subarray(16, 18)]).toEqual(size);
    expect(checkDatabase({ path, key: KEY, label: 'notes' })).toEqual(ok('whole'));
    rekeyInPlace(path, KEY, OTHER_KEY);
    expect(checkDatabase({ path, key: OTHER_KEY, label: 'notes' })).toEqual(ok('whole'));
    expect(countNotes(openNotes(path, OTHER_KEY))).toBe(300);
  });

  test.each(PAGE_SIZES)('%i %i is opened, written and read like any other', (...size) => {
    const path = scratchPath();
    openNotes(path).close();
    putPageSizeInCiphertext(path, KEY, size);
    const database = openNotes(path);
    addNotes(database, 300);
    expect(database.quickCheck()).toEqual(ok());
    database.close();
    expect(expectOk(checkDatabase({ path, key: KEY, label: 'notes' }))).toBe('whole');
    expect(countNotes(openNotes(path))).toBe(300);
  });
});
