import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, Secret } from '@postern/kernel';
import { onTestFinished } from 'vitest';
import type { Database } from '../database.ts';
import type { Migration, MigrationTarget } from '../migrate.ts';
import { openDatabase } from '../open-database.ts';

export const KEY = Secret.of('0123456789abcdef'.repeat(4));
export const OTHER_KEY = Secret.of('fedcba9876543210'.repeat(4));

/** Two migrations for one table, `note(row, text)`. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'notes',
    up: (database: MigrationTarget): void => {
      database.exec('CREATE TABLE note (row INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
    },
  },
  {
    version: 2,
    name: 'an index',
    up: (database: MigrationTarget): void => {
      database.exec('CREATE INDEX note_by_text ON note (text)');
    },
  },
];

/** A path in a directory that is removed after the test. */
export function scratchPath(name = 'notes.db'): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-database-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, name);
}

export function openNotes(path: string, key = KEY): Database {
  const database = expectOk(openDatabase({ path, key, migrations: MIGRATIONS, label: 'notes' }));
  onTestFinished(() => {
    database.close();
  });
  return database;
}

export function addNotes(database: Database, count: number, text = 'a note'): void {
  const insert = database.prepare('INSERT INTO note (text) VALUES (?)');
  expectOk(
    database.runInTransaction(() => {
      for (let number = 0; number < count; number += 1) insert.run(`${text} ${number}`);
      return { ok: true, value: undefined };
    }),
  );
}

export function countNotes(database: Database): number {
  const row = expectOk(
    database.attempt(() => database.prepare('SELECT count(*) AS n FROM note').get()),
  );
  return Number(row?.['n']);
}

/** The SHA-256 of each existing file of a database, by suffix. */
export function hashes(path: string): Record<string, string> {
  return Object.fromEntries(
    ['', '-wal', '-shm', '-journal', '.new']
      .filter((suffix) => existsSync(path + suffix))
      .map((suffix) => [
        suffix,
        createHash('sha256')
          .update(readFileSync(path + suffix))
          .digest('hex'),
      ]),
  );
}
