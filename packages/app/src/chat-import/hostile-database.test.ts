import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createMemoryConversations } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import type { ChatImportReport } from '@postern/protocol';
import { systemWorld } from '@postern/vault/testing';
import { describe, expect, test } from 'vitest';
import { openToRead } from './open-to-read.ts';
import {
  CHAT_LINUX_CLIENT_TABLES,
  databaseOf,
  OPEN_WEBUI_TABLES,
  openWebuiChat,
  scratchDirectory,
} from '../testing/foreign-database.ts';
import { fileOf, importInto } from '../testing/import-into.ts';

async function report(bytes: Uint8Array): Promise<ChatImportReport> {
  const store = createMemoryConversations(systemWorld);
  const done = await importInto(store, fileOf(bytes));
  expect(expectOk(store.ids()).length).toBe(done.counts.added);
  store.close();
  return done;
}

/** A database with some chats, after these statements. */
const webui = (sql = '', chats = 40, text = 'words '.repeat(300)): Buffer =>
  databaseOf((database, insert) => {
    database.exec(`PRAGMA page_size = 1024; ${OPEN_WEBUI_TABLES}`);
    for (let at = 0; at < chats; at += 1) {
      const values = [`c${at}`, `Title ${at}`, openWebuiChat(text, ['A'])] as const;
      insert(
        `INSERT INTO chat (id, user_id, title, archived, created_at, updated_at, chat)
         VALUES (?, 'me', ?, 0, 1, 1, ?)`,
        ...values,
      );
    }
    database.exec(sql);
  });

const MESSAGES = CHAT_LINUX_CLIENT_TABLES.slice(CHAT_LINUX_CLIENT_TABLES.indexOf('CREATE TABLE m'));

describe('a database of another kind', () => {
  test.each([
    ['without tables', 'PRAGMA user_version = 1'],
    ['with other tables', 'CREATE TABLE notes (id INTEGER, text TEXT)'],
    ['with other columns', 'CREATE TABLE chat (id TEXT, name TEXT)'],
    ['with chats but no messages', CHAT_LINUX_CLIENT_TABLES.split(';')[0] ?? ''],
    [
      'whose chats are a view',
      `CREATE TABLE real (id, title, chat); INSERT INTO real VALUES ('1', 'a', '{}');
       CREATE VIEW chat AS SELECT id, title, chat FROM real`,
    ],
    ['whose chats are a virtual table', 'CREATE VIRTUAL TABLE chat USING rtree (id, title, chat)'],
    [
      'whose chats are found without row ids',
      'CREATE TABLE chat (id TEXT PRIMARY KEY, title, chat) WITHOUT ROWID',
    ],
    [
      'whose messages are a view of an endless query',
      `CREATE TABLE sessions (session_id TEXT, title TEXT);
       INSERT INTO sessions VALUES ('1', 'a');
       CREATE VIEW messages AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT '1' AS session_id, 'user' AS role, i AS content FROM n`,
    ],
  ])('%s is refused', async (_name, sql) => {
    const done = await report(
      databaseOf((database) => {
        database.exec(sql);
      }),
    );
    expect(done).toMatchObject({
      id: null,
      source: null,
      problem: { code: 'CHAT_IMPORT_UNKNOWN' },
    });
  });
});

describe('an unusual database', () => {
  test.each<readonly [string, string, number]>([
    [
      'with a trigger, which does not run',
      'CREATE TRIGGER t INSERT ON chat BEGIN DELETE FROM chat; END',
      40,
    ],
    ['with deleted rows', 'DELETE FROM chat WHERE rowid % 2 = 0', 20],
    ['with all rows deleted', 'DELETE FROM chat', 0],
    ['with a column that was added later', 'ALTER TABLE chat ADD COLUMN extra TEXT', 40],
    ['with a column that was dropped', 'ALTER TABLE chat DROP COLUMN meta', 40],
    [
      'with renamed and generated columns, comments and quotes',
      `ALTER TABLE chat RENAME TO old;
       CREATE TABLE [chat] (/* a, ) */ "pre" INTEGER AS (1) VIRTUAL, -- (
         'title' TEXT, \`id\` VARCHAR(10, 2) CHECK (id <> ','), "chat" JSON, CONSTRAINT k UNIQUE (id));
       INSERT INTO chat (id, title, chat) SELECT id, title, chat FROM old`,
      40,
    ],
    ['that was compacted', 'PRAGMA auto_vacuum = 1; VACUUM', 40],
    ['with rows in a gap', 'UPDATE chat SET rowid = rowid * 1000000', 40],
  ])('%s is imported', async (_name, sql, added) => {
    expect(await report(webui(sql))).toMatchObject({
      ...{ counts: { added, skipped: 0 }, problem: null },
    });
  });

  test('with chats that are no chats skips these', async () => {
    const bytes = webui(
      `UPDATE chat SET chat = '{' WHERE id = 'c1'; UPDATE chat SET chat = 7 WHERE id = 'c2';
       UPDATE chat SET chat = x'00ff' WHERE id = 'c3'; UPDATE chat SET chat = NULL WHERE id = 'c4';
       UPDATE chat SET chat = '{"history":{"messages":{},"__proto__":{"a":1}}}' WHERE id = 'c5';
       UPDATE chat SET chat = '${'['.repeat(5000)}' WHERE id = 'c6'`,
      10,
    );
    const { counts, skipped, problem } = await report(bytes);
    expect({ counts, problem }).toMatchObject({ counts: { added: 4 }, problem: null });
    expect(skipped.map(({ place, why }) => `${place} ${why}`)).toEqual([
      ...['2 malformed', '3 unknown', '4 unknown', '5 unknown', '6 forbidden-key', '7 too-deep'],
    ]);
  });

  test('with a chat over the limit skips it and imports the others', async () => {
    const bytes = databaseOf((database) => {
      database.exec(`${CHAT_LINUX_CLIENT_TABLES}
        INSERT INTO sessions (session_id, title) VALUES ('a', 'A'), ('b', 'B'), ('c', 'C');
        INSERT INTO messages (session_id, role, content) VALUES
          ('a', 'user', printf('%.*c', 40000000, 'x')), ('a', 'user', printf('%.*c', 40000000, 'x')),
          ('b', 'user', 'short'), ('c', 'user', printf('%.*c', 70000000, 'x'));`);
    });
    const { counts, skipped } = await report(bytes);
    expect(counts).toMatchObject({ added: 1, messages: 1 });
    expect(skipped).toEqual([
      { place: '1', why: 'too-large' },
      { place: '3', why: 'too-large' },
    ]);
  });

  test('whose parents are in a circle keeps every message', async () => {
    const chat = openWebuiChat('Hi', ['A']).replace('"parentId":null', '"parentId":"a0"');
    const bytes = webui(`UPDATE chat SET chat = '${chat}' WHERE id = 'c0'`, 1);
    expect(await report(bytes)).toMatchObject({
      ...{ counts: { added: 1, messages: 2 }, notes: { 'parent-missing': 1 }, problem: null },
    });
  });
});

describe('a damaged database', () => {
  test('says so, wherever it is cut off, and imports the chats that can be read', async () => {
    const bytes = webui();
    for (let length = 100; length < bytes.length; length += 2 * 1024 - 100) {
      const { problem } = await report(bytes.subarray(0, length));
      expect(problem?.code, String(length)).toMatch(/^CHAT_IMPORT_(?:UNKNOWN|DAMAGED)$/);
    }
  });

  test('never throws, and ends, whatever byte is altered', async () => {
    const bytes = webui('', 12);
    let imported = 0;
    for (let at = 16; at < bytes.length; at += at < 700 ? 5 : 641) {
      for (const value of [0xff, (bytes[at] ?? 0) ^ 1]) {
        const altered = Uint8Array.from(bytes);
        altered[at] = value;
        imported += (await report(altered)).counts.added;
      }
    }
    expect(imported).toBeGreaterThan(50);
  });

  test('whose pages form a cycle ends', async () => {
    const bytes = webui();
    // An interior page of a table; each of its children becomes the page itself.
    for (let page = 1; page * 1024 < bytes.length; page += 1) {
      const at = page * 1024;
      if (bytes[at] !== 5) continue;
      for (let cell = 0; cell < bytes.readUInt16BE(at + 3); cell += 1) {
        bytes.writeUInt32BE(page + 1, at + bytes.readUInt16BE(at + 12 + cell * 2));
      }
      bytes.writeUInt32BE(page + 1, at + 8);
    }
    expect(await report(bytes)).toMatchObject({ problem: { code: 'CHAT_IMPORT_DAMAGED' } });
  });

  test('whose rows share their bytes reads no more than the file has', async () => {
    const bytes = webui('', 400, 'short');
    // Every row of a leaf is its first one.
    for (let at = 1024; at < bytes.length; at += 1024) {
      if (bytes[at] !== 13) continue;
      const count = 500;
      bytes.writeUInt16BE(count, at + 3);
      const first = bytes.readUInt16BE(at + 8);
      for (let cell = 0; cell < count; cell += 1) bytes.writeUInt16BE(first, at + 8 + cell * 2);
    }
    expect(await report(bytes)).toMatchObject({ problem: { code: 'CHAT_IMPORT_DAMAGED' } });
  });
});

describe('a database that a program has open', () => {
  /** Copies of the files of an open database, with a chat only in its log. */
  function openInAnother(mode: string): string {
    const directory = scratchDirectory();
    const path = join(directory, 'webui.db');
    const copy = join(scratchDirectory(), 'webui.db');
    writeFileSync(path, webui());
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA journal_mode = ${mode}; PRAGMA cache_size = 1`);
    if (mode === 'DELETE') database.exec('BEGIN');
    database.exec(`INSERT INTO chat (id, user_id, title, archived, created_at, updated_at, chat)
      SELECT 'new', 'me', 'New', 0, 1, 1, chat FROM chat WHERE id = 'c0'`);
    if (mode === 'DELETE') database.exec("UPDATE chat SET meta = printf('%.*c', 5000, ' ')");
    for (const name of readdirSync(directory)) {
      copyFileSync(join(directory, name), copy + name.slice('webui.db'.length));
    }
    database.close();
    return copy;
  }

  test('is imported with what is only in its log, and nothing is written beside it', async () => {
    const path = openInAnother('WAL');
    const before = readdirSync(join(path, '..')).map((name) =>
      readFileSync(join(path, '..', name)),
    );
    const store = createMemoryConversations(systemWorld);
    await using file = expectOk(await openToRead(path));
    const done = await importInto(store, file);
    expect(done).toMatchObject({ counts: { added: 41 }, notes: {}, problem: null });
    const after = readdirSync(join(path, '..')).map((name) => readFileSync(join(path, '..', name)));
    expect(after).toEqual(before);
    store.close();
  });

  test('is imported without its log in the page, which says so', async () => {
    const bytes = readFileSync(openInAnother('WAL'));
    expect(await report(bytes)).toMatchObject({
      ...{ counts: { added: 40 }, notes: { 'log-left-out': 1 }, problem: null },
    });
  });

  test('and is writing to is refused', async () => {
    const path = openInAnother('DELETE');
    expect(existsSync(`${path}-journal`)).toBe(true);
    const store = createMemoryConversations(systemWorld);
    await using file = expectOk(await openToRead(path));
    const done = await importInto(store, file);
    expect(done).toMatchObject({ id: null, problem: { code: 'CHAT_IMPORT_IN_USE' } });
    store.close();
  });

  test('and that changes meanwhile is reported', async () => {
    const bytes = webui();
    const store = createMemoryConversations(systemWorld);
    const file = fileOf(bytes);
    let reads = 0;
    const changing = {
      ...file,
      read: (at: number, count: number) => {
        reads += 1;
        if (reads > 2) bytes.writeUInt32BE(reads, 24);
        return file.read(at, count);
      },
    };
    expect(await importInto(store, changing)).toMatchObject({
      problem: { code: 'CHAT_IMPORT_IN_USE' },
    });
    store.close();
  });
});

test('a message table that is huge on paper is refused quickly', async () => {
  const bytes = databaseOf((database) => {
    database.exec(`CREATE TABLE sessions (session_id TEXT, title TEXT); ${MESSAGES}`);
  });
  bytes.writeUInt32BE(0xffffffff, 28);
  expect((await report(bytes)).counts.added).toBe(0);
});
