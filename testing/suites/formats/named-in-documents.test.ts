import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteConversations } from '@postern/conversations';
import { openGatewayStore } from '@postern/gateway';
import { expectOk, Secret } from '@postern/kernel';
import { ConfigSchema } from '@postern/protocol';
import { openWithSecondSqlcipher, skipBecause, whyNoSecondSqlcipher } from '@postern/testing';
import { systemClock, systemRandomness } from '@postern/vault/testing';
import * as v from 'valibot';
import { describe, expect, it, onTestFinished } from 'vitest';

const FORMATS = join(import.meta.dirname, '../../../docs/formats');
const document = (name: string) => readFileSync(join(FORMATS, `${name}.md`), 'utf8');
const unnamed = (names: readonly string[], text: string) =>
  names.filter((name) => !text.includes(`\`${name}\``));

const skip = skipBecause('a second SQLCipher', whyNoSecondSqlcipher());

const KEY = 'c0de'.repeat(16);
const world = { clock: systemClock, randomness: systemRandomness, key: Secret.of(KEY) };

/** Creates each database in the way the product does. */
const MAKERS: Readonly<Record<string, (path: string) => void>> = {
  conversations: (path) => {
    expectOk(openSqliteConversations({ ...world, path })).close();
  },
  gateway: (path) => {
    const hashKey = Secret.of('ab'.repeat(32));
    expectOk(openGatewayStore({ ...world, path, hashKey })).close();
  },
};

const Named = v.array(v.object({ name: v.string() }));

describe('docs/formats', () => {
  it.skipIf(skip).each(Object.entries(MAKERS))(
    'documents every table and column of %s.db',
    async (name, make) => {
      const directory = mkdtempSync(join(tmpdir(), 'postern-formats-'));
      onTestFinished(() => {
        rmSync(directory, { recursive: true, force: true });
      });
      const path = join(directory, `${name}.db`);
      make(path);
      const database = await openWithSecondSqlcipher(path, KEY);
      const namesOf = (sql: string) => v.parse(Named, database.all(sql)).map((row) => row.name);
      // FTS5 stores its index in tables of its own, whose format SQLite defines.
      const tables = namesOf(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite_%'",
      );
      const columns = tables
        .filter((table) => !table.endsWith('_search'))
        .flatMap((table) => namesOf(`SELECT name FROM pragma_table_info('${table}')`));
      const indexes = namesOf(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%'",
      );
      const text = document(name);
      expect(tables.length).toBeGreaterThan(1);
      expect(columns.length).toBeGreaterThan(10);
      expect(unnamed([...tables, ...columns, ...indexes], text)).toEqual([]);

      const [version] = database.all('PRAGMA user_version');
      expect(text).toMatch(new RegExp(`^# .*, version ${String(version?.['user_version'])}\n`));
      const [mark] = database.all('PRAGMA application_id');
      const digest = createHash('sha256').update(name).digest();
      expect(mark?.['application_id']).toBe(digest.readInt32BE());
      database.close();
    },
  );

  it('documents every field of config.json', () => {
    const members = membersOf(ConfigSchema);
    expect(members).toContain('lockAfterIdle');
    expect(members).toContain('baseUrl');
    expect(unnamed(members, document('home'))).toEqual([]);
  });
});

const Wrapping = v.object({ wrapped: v.looseObject({}) });
const Recording = v.object({ value: v.looseObject({}) });
const Listing = v.object({ entries: v.record(v.string(), v.looseObject({})) });

/**
 * The names in an object's schema and in the nested schemas, including those of records' values.
 */
function membersOf(schema: unknown): readonly string[] {
  if (v.is(Wrapping, schema)) return membersOf(schema.wrapped);
  if (v.is(Listing, schema)) {
    return Object.entries(schema.entries).flatMap(([name, of]) => [name, ...membersOf(of)]);
  }
  return v.is(Recording, schema) ? membersOf(schema.value) : [];
}
