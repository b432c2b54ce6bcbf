import { readFileSync } from 'node:fs';
import { failed } from '@postern/kernel';
import { ERROR_CODES } from '@postern/protocol';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { describe, expect, test } from 'vitest';
import { describeDatabaseFailure, type DatabaseFailure } from './database-failure.ts';
import { attemptAt, failureOfError } from './failure-of-error.ts';

const place = { label: 'notes', path: '/home/p/notes.db' };
const systemError = (code: string) => Object.assign(new Error(code), { code, syscall: 'open' });

describe('errors from SQLite and the system', () => {
  test.each([
    ['SQLITE_CORRUPT', { reason: 'damaged', damage: 'content' }],
    ['SQLITE_CORRUPT_VTAB', { reason: 'damaged', damage: 'content' }],
    ['SQLITE_NOTADB', { reason: 'damaged', damage: 'content' }],
    ['SQLITE_FULL', { reason: 'disk-full' }],
    ['SQLITE_IOERR_SHMSIZE', { reason: 'disk-full' }],
    ['SQLITE_BUSY', { reason: 'busy' }],
    ['SQLITE_BUSY_SNAPSHOT', { reason: 'busy' }],
    ['SQLITE_LOCKED', { reason: 'busy' }],
    ['SQLITE_PROTOCOL', { reason: 'busy' }],
    ['SQLITE_READONLY', { reason: 'read-only' }],
    ['SQLITE_READONLY_DIRECTORY', { reason: 'read-only' }],
    ['SQLITE_READONLY_DBMOVED', { reason: 'disk-fault', systemCode: 'SQLITE_READONLY_DBMOVED' }],
    ['SQLITE_IOERR_READ', { reason: 'disk-fault', systemCode: 'SQLITE_IOERR_READ' }],
    ['SQLITE_CANTOPEN', { reason: 'disk-fault', systemCode: 'SQLITE_CANTOPEN' }],
  ])('%s', (code, failure) => {
    expect(failureOfError(new Sqlite.SqliteError('text', code), place)).toEqual({
      ...failure,
      ...place,
    });
  });

  test.each([
    ['ENOSPC', { reason: 'disk-full' }],
    ['EDQUOT', { reason: 'disk-full' }],
    ['EROFS', { reason: 'read-only' }],
    ['EACCES', { reason: 'read-only' }],
    ['EIO', { reason: 'disk-fault', systemCode: 'EIO' }],
    ['EMFILE', { reason: 'disk-fault', systemCode: 'EMFILE' }],
  ])('%s', (code, failure) => {
    expect(failureOfError(systemError(code), place)).toEqual({ ...failure, ...place });
  });

  test.each([
    ['a mistake in a statement', new Sqlite.SqliteError('text', 'SQLITE_ERROR')],
    ['a broken constraint', new Sqlite.SqliteError('text', 'SQLITE_CONSTRAINT_UNIQUE')],
    ['a misused library', Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['a plain error', new Error('ENOSPC')],
  ])('rethrows %s', (_name, error) => {
    expect(failureOfError(error, place)).toBeUndefined();
    expect(() =>
      attemptAt(place, () => {
        throw error;
      }),
    ).toThrow();
  });

  test("returns a missing file and the callback's own failures as values", () => {
    const missing = attemptAt(place, () => failed({ reason: String(readFileSync('/no/such')) }));
    expect(missing).toMatchObject({ failure: { reason: 'disk-fault', systemCode: 'ENOENT' } });
    expect(attemptAt(place, () => failed({ reason: 'mine' }))).toEqual({
      ok: false,
      failure: { reason: 'mine' },
    });
  });
});

describe('descriptions of failures', () => {
  const failures: readonly DatabaseFailure[] = [
    { reason: 'wrong-key-or-damaged', ...place },
    { reason: 'damaged', damage: 'content', ...place },
    { reason: 'damaged', damage: 'cut-off', ...place },
    { reason: 'damaged', damage: 'log-without-database', ...place },
    { reason: 'damaged', damage: 'other-database', ...place },
    { reason: 'disk-full', ...place },
    { reason: 'read-only', ...place },
    { reason: 'busy', ...place },
    { reason: 'version-unknown', found: 9, known: 3, ...place },
    { reason: 'disk-fault', systemCode: 'EIO', ...place },
  ];
  test.each(failures)('$reason $damage', (failure) => {
    const { code, message, remedy } = describeDatabaseFailure(failure);
    expect(ERROR_CODES).toHaveProperty(code);
    expect(message).toContain(place.path);
    expect(`${message}${remedy}`).not.toContain('\n');
    expect(message).toMatch(/^The .*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  test('have a different message for each kind of damage', () => {
    const lines = failures.map((failure) => describeDatabaseFailure(failure).message);
    expect(new Set(lines).size).toBe(failures.length);
  });
});
