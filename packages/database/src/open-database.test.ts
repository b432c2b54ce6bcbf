import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Secret } from '@postern/kernel';
import { describe, expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';
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

const open = (path: string, key = KEY, migrations = MIGRATIONS, label = 'notes') =>
  openDatabase({ path, key, migrations, label });

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** A database that a killed process left, whose last rows are only in the log. */
function leftByKill(): string {
  const path = scratchPath();
  const database = openNotes(path);
  addNotes(database, 300);
  database.emptyLog();
  addNotes(database, 300, 'a later note');
  const left = scratchPath();
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(path + suffix, left + suffix);
  database.close();
  return left;
}

describe('a new database', () => {
  test('is created with its directories, accessible only to its owner', () => {
    const path = join(dirname(scratchPath()), 'a', 'b', 'notes.db');
    const database = openNotes(path);
    addNotes(database, 3);
    expect(mode(dirname(path))).toBe('700');
    expect(mode(dirname(dirname(path)))).toBe('700');
    for (const suffix of ['', '-wal', '-shm', '.lock']) expect(mode(path + suffix)).toBe('600');
    database.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(existsSync(`${path}.new`)).toBe(false);
    expect(countNotes(openNotes(path))).toBe(3);
  });

  test('reveals neither its content nor that it is SQLite', () => {
    const path = scratchPath();
    const database = openNotes(path);
    addNotes(database, 50, 'marked-canary');
    for (const suffix of ['', '-wal', '-shm']) {
      const bytes = readFileSync(path + suffix);
      expect(bytes.includes('marked-canary')).toBe(false);
      expect(bytes.includes('SQLite format')).toBe(false);
      expect(bytes.includes('CREATE')).toBe(false);
    }
  });

  test("isn't created over the log of a missing database", () => {
    const path = leftByKill();
    const log = readFileSync(`${path}-wal`);
    const moved = scratchPath();
    writeFileSync(`${moved}-wal`, log);
    expect(open(moved)).toEqual({
      ok: false,
      failure: { reason: 'damaged', damage: 'log-without-database', label: 'notes', path: moved },
    });
    expect(readFileSync(`${moved}-wal`).equals(log)).toBe(true);
    expect(existsSync(moved)).toBe(false);
  });

  test('is created again if a killed process left an incomplete one', () => {
    const path = scratchPath();
    writeFileSync(`${path}.new`, 'half a database');
    writeFileSync(`${path}.new-wal`, 'and a log');
    const database = openNotes(path);
    addNotes(database, 1);
    expect(countNotes(database)).toBe(1);
    expect(existsSync(`${path}.new-wal`)).toBe(false);
  });
});

describe('an existing database', () => {
  test('opens with the data that a killed process had committed', () => {
    expect(countNotes(openNotes(leftByKill()))).toBe(600);
  });

  test('loses permissions that let others read it', () => {
    const path = leftByKill();
    chmodSync(path, 0o644);
    chmodSync(`${path}-wal`, 0o644);
    openNotes(path);
    expect([mode(path), mode(`${path}-wal`)]).toEqual(['600', '600']);
  });

  test('is followed through a symbolic link', () => {
    const path = scratchPath();
    openNotes(path).close();
    const link = scratchPath('link.db');
    symlinkSync(path, link);
    addNotes(openNotes(link), 2);
    expect(existsSync(`${path}-wal`)).toBe(true);
    expect(() => open(path)).toThrow('open already');
  });

  test("can't be opened twice at the same time", () => {
    const path = scratchPath();
    const first = openNotes(path);
    expect(() => open(path)).toThrow('the notes database is open already');
    first.close();
    first.close();
    openNotes(path);
  });
});

describe('a wrong key', () => {
  test.each([
    [
      'of a closed database',
      () => {
        const path = scratchPath();
        const database = openNotes(path);
        addNotes(database, 300);
        database.close();
        return path;
      },
    ],
    ['of a database that a killed process left', leftByKill],
  ])('%s: opens nothing and changes no byte', (_name, make) => {
    const path = make();
    const before = hashes(path);
    expect(open(path, OTHER_KEY)).toEqual({
      ok: false,
      failure: { reason: 'wrong-key-or-damaged', label: 'notes', path },
    });
    expect(hashes(path)).toEqual(before);
    expect(open(path).ok).toBe(true);
  });

  test.each([
    ['too short', 'ab'.repeat(31)],
    ['too long', 'ab'.repeat(33)],
    ['not hex', 'xy'.repeat(32)],
    ['a quote', `${'ab'.repeat(31)}''`],
    ['a passphrase', 'correct horse battery staple'],
  ])('throws if it is malformed: %s', (_name, text) => {
    expect(() => open(scratchPath(), Secret.of(text))).toThrow('64 hex digits');
  });

  test('works in upper case too', () => {
    const path = scratchPath();
    openNotes(path).close();
    openNotes(path, Secret.of('0123456789ABCDEF'.repeat(4)));
  });
});

const rewrite = (path: string, change: (bytes: Buffer) => Buffer): void => {
  writeFileSync(path, change(readFileSync(path)));
};

describe("a database that can't be opened is left unchanged", () => {
  const foreign = { reason: 'wrong-key-or-damaged' } as const;
  const cutOff = { reason: 'damaged', damage: 'cut-off' } as const;
  const content = { reason: 'damaged', damage: 'content' } as const;
  test.each([
    ['emptied', cutOff, () => Buffer.alloc(0)],
    ['truncated to one byte', cutOff, (bytes: Buffer) => bytes.subarray(0, 1)],
    ['truncated within its first page', cutOff, (bytes: Buffer) => bytes.subarray(0, 4095)],
    ['truncated to its first page', content, (bytes: Buffer) => bytes.subarray(0, 4096)],
    ['a text', foreign, () => Buffer.from('hello '.repeat(4096))],
    ['zeros', foreign, () => Buffer.alloc(40_960)],
    ['plain SQLite', foreign, () => Buffer.from(`SQLite format 3\0${'\0'.repeat(8192)}`)],
    ['its salt altered', foreign, (bytes: Buffer) => bytes.fill(bytes[0] === 7 ? 8 : 7, 0, 1)],
    ['its first page overwritten', content, (bytes: Buffer) => bytes.fill(7, 16, 4096)],
  ])('%s', (_name, failure, damage) => {
    const path = scratchPath();
    const database = openNotes(path);
    addNotes(database, 300);
    database.close();
    rewrite(path, damage);
    const before = hashes(path);
    expect(open(path)).toEqual({ ok: false, failure: { ...failure, label: 'notes', path } });
    expect(hashes(path)).toEqual(before);
  });

  test('a damaged database with a log: writes to neither', () => {
    const path = leftByKill();
    // The rest of the log isn't a complete commit, so only the truncated database is left.
    rewrite(path, (bytes) => bytes.subarray(0, 8192));
    rewrite(`${path}-wal`, (bytes) => bytes.subarray(0, 32 + 2 * (24 + 4096)));
    rmSync(`${path}-shm`);
    const before = hashes(path);
    expect(open(path)).toMatchObject({ ok: false, failure: { reason: 'damaged' } });
    expect(hashes(path)).toMatchObject(before);
  });

  test('a newer version', () => {
    const path = scratchPath();
    const database = openNotes(path);
    addNotes(database, 300);
    database.close();
    const before = hashes(path);
    expect(open(path, KEY, MIGRATIONS.slice(0, 1))).toEqual({
      ok: false,
      failure: { reason: 'version-unknown', found: 2, known: 1, label: 'notes', path },
    });
    expect(hashes(path)).toEqual(before);
  });

  test('a different Postern database under this name', () => {
    const path = scratchPath();
    openNotes(path).close();
    const before = hashes(path);
    expect(open(path, KEY, MIGRATIONS, 'audit')).toEqual({
      ok: false,
      failure: { reason: 'damaged', damage: 'other-database', label: 'audit', path },
    });
    expect(hashes(path)).toEqual(before);
  });

  test('a directory', () => {
    const path = scratchPath();
    mkdirSync(path);
    expect(open(path)).toEqual({
      ok: false,
      failure: { reason: 'disk-fault', systemCode: 'EISDIR', label: 'notes', path },
    });
  });

  test('a path through a file', () => {
    const file = scratchPath();
    writeFileSync(file, '');
    expect(open(join(file, 'notes.db'))).toMatchObject({
      ok: false,
      failure: { reason: 'disk-fault' },
    });
  });
});

describe('a first page torn during a checkpoint', () => {
  test('is restored from the log', () => {
    const path = leftByKill();
    rewrite(path, (bytes) => bytes.fill(0, 512, 4096));
    expect(countNotes(openNotes(path))).toBe(600);
  });
});
