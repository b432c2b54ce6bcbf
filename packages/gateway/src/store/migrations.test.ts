import { openMemoryDatabase, type Database } from '@postern/database';
import { afterEach, describe, expect, it } from 'vitest';
import { GATEWAY_MIGRATIONS } from './migrations.ts';

let database: Database;

afterEach(() => {
  database.close();
});

const at = (version: number): Database =>
  openMemoryDatabase({ migrations: GATEWAY_MIGRATIONS.slice(0, version), label: 'gateway' });

const plan = (sql: string): string =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all('x')
    .map(({ detail }) => String(detail))
    .join('; ');

describe('migration 1, keys and usage', () => {
  it('finds a key by its hash, and usage by its key, without reading whole tables', () => {
    database = at(1);
    expect(plan('SELECT id FROM gateway_key WHERE hash = ?')).toMatch(/USING INDEX .*\(hash=\?\)/);
    expect(plan('SELECT sum(input_tokens) FROM usage WHERE key_id = ?')).toContain(
      'USING INDEX usage_of_key',
    );
  });

  it('takes one living key of a name, and one key of a hash', () => {
    database = at(1);
    const insert = database.prepare(
      'INSERT INTO gateway_key (id, name, prefix, hash, created_at_ms, revoked_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const hash = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
    insert.run('a', 'n', 'p', hash(1), 1, null);
    expect(() => insert.run('b', 'n', 'p', hash(2), 1, null)).toThrow(/UNIQUE/);
    expect(() => insert.run('c', 'm', 'p', hash(1), 1, null)).toThrow(/UNIQUE/);
    insert.run('d', 'n', 'p', hash(3), 1, 5);
    insert.run('e', 'n', 'p', hash(4), 1, 6);
  });

  it('takes no usage of a key that does not exist', () => {
    database = at(1);
    const insert = database.prepare(
      `INSERT INTO usage (key_id, at_ms, provider, model, dialect, status, streamed, ending, estimated,
         duration_ms, request_bytes, answer_bytes) VALUES (?, 1, 'p', 'm', 'd', 200, 0, 'complete', 0, 1, 1, 1)`,
    );
    expect(() => insert.run('nobody')).toThrow(/FOREIGN KEY/);
  });
});
