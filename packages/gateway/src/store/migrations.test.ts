import { openMemoryDatabase, type Database, type Migration } from '@postern/database';
import { afterEach, describe, expect, it } from 'vitest';
import { CLOSED_SETTINGS } from '../keys/gateway-key.ts';
import { recordOf } from '../keys/key-rows.ts';
import { GATEWAY_MIGRATIONS } from './migrations.ts';

let database: Database;

afterEach(() => {
  database.close();
});

/** What `recordOf` reads and version 2 doesn't have yet. */
const LATER_COLUMNS = { previous_until_ms: null, idempotency_ms: null, debug_until_ms: null };

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

describe('migration 2, scopes of keys', () => {
  const insertAt1 = (sql: { exec(text: string): void }): void => {
    sql.exec(`INSERT INTO gateway_key (id, name, prefix, hash, created_at_ms)
              VALUES ('${'0'.repeat(26)}', 'old', 'abcd', x'01', 1)`);
  };

  /** A database in which a key was created at version 1. */
  const migrated = (): Database => {
    const [first, ...rest] = GATEWAY_MIGRATIONS;
    if (first === undefined) throw new Error('no migrations');
    const withKey: Migration = {
      ...first,
      up: (target) => {
        first.up(target);
        insertAt1(target);
      },
    };
    return openMemoryDatabase({ migrations: [withKey, ...rest.slice(0, 1)], label: 'gateway' });
  };

  it('leaves every model to the keys that exist, and shows them as before', () => {
    database = migrated();
    const row = database.prepare('SELECT * FROM gateway_key').get() ?? {};
    expect(row['hint']).toBe('sk-postern-abcd…');
    expect(recordOf({ ...row, ...LATER_COLUMNS }, 1)).toMatchObject({
      ...CLOSED_SETTINGS,
      models: 'all',
      name: 'old',
    });
  });

  it('allows nothing to a key without scopes', () => {
    database = at(2);
    database
      .prepare(
        'INSERT INTO gateway_key (id, name, hint, hash, created_at_ms) VALUES (?, ?, ?, ?, ?)',
      )
      .run('0'.repeat(26), 'n', '…abcd', new Uint8Array(32), 1);
    const row = database.prepare('SELECT * FROM gateway_key').get() ?? {};
    expect(recordOf({ ...row, ...LATER_COLUMNS }, 1)).toMatchObject(CLOSED_SETTINGS);
  });

  it('finds a previous token by its hash without reading the whole table', () => {
    database = at(2);
    expect(plan('SELECT key_id FROM gateway_key_previous WHERE hash = ?')).toMatch(
      /USING PRIMARY KEY \(hash=\?\)/,
    );
  });
});

describe('migration 4, ids of the providers', () => {
  it('keeps the usage of before, without an id', () => {
    const [last, ...others] = GATEWAY_MIGRATIONS.slice(0, 3).toReversed();
    if (last === undefined) throw new Error('no migrations');
    const withUsage: Migration = {
      ...last,
      up: (target) => {
        last.up(target);
        target.exec(`
          INSERT INTO gateway_key (id, name, hint, hash, created_at_ms) VALUES ('k', 'n', 'h', x'01', 1);
          INSERT INTO usage (key_id, at_ms, provider, model, dialect, status, streamed, ending, estimated,
            duration_ms, request_bytes, answer_bytes, request_id)
            VALUES ('k', 1, 'p', 'm', 'd', 200, 0, 'complete', 0, 1, 1, 1, 'req_1')`);
      },
    };
    const migrations = [...others.toReversed(), withUsage, ...GATEWAY_MIGRATIONS.slice(3, 4)];
    database = openMemoryDatabase({ migrations, label: 'gateway' });
    expect(database.prepare('SELECT request_id, upstream_request_id FROM usage').all()).toEqual([
      { request_id: 'req_1', upstream_request_id: null },
    ]);
  });
});

describe('migration 5, idempotent calls', () => {
  it('keeps no answers of the keys that exist', () => {
    const [last, ...others] = GATEWAY_MIGRATIONS.slice(0, 4).toReversed();
    if (last === undefined) throw new Error('no migrations');
    const withKey: Migration = {
      ...last,
      up: (target) => {
        last.up(target);
        target.exec(
          "INSERT INTO gateway_key (id, name, hint, hash, created_at_ms) VALUES ('k', 'n', 'h', x'01', 1)",
        );
      },
    };
    const migrations = [...others.toReversed(), withKey, ...GATEWAY_MIGRATIONS.slice(4, 5)];
    database = openMemoryDatabase({ migrations, label: 'gateway' });
    expect(database.prepare('SELECT id, idempotency_ms FROM gateway_key').all()).toEqual([
      { id: 'k', idempotency_ms: null },
    ]);
  });

  it.each([
    ['a call by its name', "key_id = 'k' AND name = ?", 'idempotent_call_named'],
    ['the answers of a key', 'key_id = ? AND process_id IS NULL', 'idempotent_call_of_key'],
    ['the claims of a process', 'process_id = ?', 'idempotent_call_of_process'],
    ['what has expired', 'until_ms <= ?', 'idempotent_call_until'],
  ])('finds %s without reading the whole table', (_name, condition, index) => {
    database = at(5);
    expect(plan(`SELECT id FROM idempotent_call WHERE ${condition}`)).toContain(index);
  });
});

describe('migration 6, a count of changes to keys', () => {
  const columnsOf = (table: string): readonly string[] =>
    database
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name));

  /** By how much a statement raises the count. */
  const raisedBy = (sql: string): number => {
    const count = (): number =>
      Number(database.prepare('SELECT count FROM gateway_key_changes').get()?.['count']);
    const before = count();
    database.prepare(sql).run();
    return count() - before;
  };

  it('is raised by everything except the last use, with every column that there is', () => {
    database = at(GATEWAY_MIGRATIONS.length);
    const key =
      "INSERT INTO gateway_key (id, name, hint, hash, created_at_ms) VALUES ('k', 'n', 'h', x'01', 1)";
    const text =
      "INSERT INTO gateway_key_previous (hash, key_id, generation, valid_until_ms) VALUES (x'02', 'k', 1, 1)";
    expect(raisedBy(key)).toBe(1);
    expect(raisedBy(text)).toBe(1);
    for (const table of ['gateway_key', 'gateway_key_previous']) {
      const silent = columnsOf(table).filter(
        (column) => raisedBy(`UPDATE ${table} SET ${column} = ${column}`) === 0,
      );
      expect(silent).toEqual(table === 'gateway_key' ? ['last_used_at_ms'] : []);
    }
    expect(raisedBy('DELETE FROM gateway_key_previous')).toBe(1);
    expect(raisedBy('DELETE FROM gateway_key')).toBe(1);
  });
});
