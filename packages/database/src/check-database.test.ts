import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, Secret } from '@postern/kernel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDatabase } from './check-database.ts';
import { openDatabase } from './open-database.ts';

const KEY = Secret.of('ab'.repeat(32));
const LABEL = 'notes';
const MIGRATIONS = [
  {
    version: 1,
    name: 'notes',
    up: (database: { exec: (sql: string) => void }) => {
      database.exec('CREATE TABLE note (text TEXT NOT NULL)');
    },
  },
];

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-check-'));
  path = join(directory, 'notes.db');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function make(): void {
  const database = expectOk(openDatabase({ path, key: KEY, migrations: MIGRATIONS, label: LABEL }));
  database.close();
}

test('reports absent and intact databases, and changes neither', () => {
  expect(checkDatabase({ path, key: KEY, label: LABEL })).toEqual({ ok: true, value: 'absent' });
  make();
  const before = readFileSync(path);
  expect(checkDatabase({ path, key: KEY, label: LABEL })).toEqual({ ok: true, value: 'whole' });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([
  ['the first page', 100, 'damaged'],
  ['the last page', -100, 'damaged'],
])('detects an altered byte in %s', (_name, at, reason) => {
  make();
  const bytes = readFileSync(path);
  bytes[at < 0 ? bytes.length + at : at] = (bytes.at(at) ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(checkDatabase({ path, key: KEY, label: LABEL })).toMatchObject({ failure: { reason } });
});

test('reports a wrong key', () => {
  make();
  const other = Secret.of('cd'.repeat(32));
  expect(checkDatabase({ path, key: other, label: LABEL })).toMatchObject({
    failure: { reason: 'wrong-key-or-damaged' },
  });
});
