import { openDatabase, openMemoryDatabase, type Database } from '@postern/database';
import { expectOk } from '@postern/kernel';
import { conversationId, messageId } from '@postern/protocol';
import type { SearchFilters } from '@postern/protocol';
import { expect, test } from 'vitest';
import { MIGRATIONS } from './migrations.ts';
import { SqliteConversations } from './sqlite-conversations.ts';
import { attach } from './testing/attachment-contract.ts';
import { KEY, openAt, say, scratchPath, testEnvironment, text } from './testing/environment.ts';
import { importedMessage } from './testing/import-contract.ts';

const ALL: SearchFilters = {
  ...{ model: 'm', tag: 't', folder: 'f', fromMs: 0, untilMs: 1, archived: true, pinned: true },
};
/** Each filter alone, and all of them. */
const FILTERS: readonly SearchFilters[] = [
  { model: 'm' },
  { tag: 't' },
  { folder: 'f' },
  { fromMs: 0 },
  { untilMs: 1 },
  { archived: true },
  { pinned: true },
  { role: 'user' },
  { titlesOnly: true },
  { model: 'm', tag: 't' },
  ALL,
  { ...ALL, role: 'user' },
];

/** Every statement that the store prepares while each of its methods is called. */
function everyStatement(database: Database): readonly string[] {
  const statements = new Set<string>();
  const recording: Database = {
    label: database.label,
    prepare: (sql) => {
      statements.add(sql);
      return database.prepare(sql);
    },
    attempt: (work) => database.attempt(work),
    runInTransaction: (work) => database.runInTransaction(work),
    runUnsynced: (work) => database.runUnsynced(work),
    sync: () => database.sync(),
    syncSoon: () => database.syncSoon(),
    dataVersion: () => database.dataVersion(),
    quickCheck: () => database.quickCheck(),
    emptyLog: () => database.emptyLog(),
    close: () => {
      database.close();
    },
  };
  const { clock, randomness } = testEnvironment();
  const limit = { maxAttachmentBytes: 1000 };
  const store = new SqliteConversations(recording, { clock, randomness, ...limit });
  const conversation = expectOk(store.create({ title: 'x' }));
  const message = say(store, conversation, 'x', { status: 'streaming' });
  const importedChat = {
    ...{ origin: 'o', title: 'x', createdAtMs: 0, updatedAtMs: 0 },
    messages: [importedMessage('a', null)],
  };
  const messages = [importedMessage('a', null), importedMessage('b', 'a')];
  const run = (id: string) => ({ id, source: 'postern', beganAtMs: 0 });
  const attachment = attach(store, Buffer.from('x'));
  const parts = [{ kind: 'attachment', ...attachment } as const];
  const results = [
    store.imports.add(run('1'), importedChat),
    store.imports.add(run('2'), { ...importedChat, messages }),
    store.imports.preview(importedChat),
    store.imports.list(),
    store.imports.undo('2'),
    store.imports.undo('1'),
    store.updateMessage(message.id, { parts }),
    store.attachments.find(attachment.id),
    store.attachments.piece(attachment.id, 0),
    store.attachments.removeUnused(clock.nowMs() + 1),
    store.saveDraft({ conversation: null, text: '', attachments: [attachment] }),
    store.drafts(),
    store.list({ limit: 1 }),
    store.list({ limit: 1, before: conversation.id }),
    store.open(conversation.id),
    store.openEnd(conversation.id, 1),
    store.messages(conversation.id, [message.id]),
    store.rename(conversation.id, 'y'),
    store.suggestTitle(conversation.id, 'z'),
    store.organise([conversation.id], { folder: 'f', addTags: ['t'] }),
    store.list({ limit: 1, place: { in: 'folder', name: 'f' } }),
    store.labels(),
    store.organise([conversation.id], { pinned: true, archived: true, removeTags: ['t'] }),
    store.createFolder('g'),
    store.renameFolder('f', 'h'),
    store.deleteFolder('h'),
    store.updateMessage(message.id, { parts: [text('y')] }),
    store.message(message.id),
    store.markInterrupted(),
    store.branches.choose(conversation.id, say(store, conversation, 'sibling').id),
    store.addMessage({
      conversationId: conversation.id,
      parentId: null,
      role: 'user',
      parts: [],
      status: 'complete',
    }),
    store.branches.fork(conversation.id, message.id, 'fork'),
    store.branches.remove(conversation.id, message.id),
    store.branches.restore(conversation.id, message.id),
    store.branches.remove(conversation.id, message.id),
    store.branches.purge(clock.nowMs() + 1),
    store.search('y', 10),
    ...FILTERS.flatMap((filters) => [
      store.search('y', 10, filters),
      store.search('', 10, filters),
    ]),
    store.saveDraft({ conversation: conversation.id, text: 'x' }),
    store.saveDraft({ conversation: null, text: '' }),
    store.drafts(),
    store.settings.save(conversation.id, { temperature: 1 }),
    store.settings.find(conversation.id),
    store.settings.save(conversation.id, undefined),
    store.remove(conversation.id),
    store.restore(conversation.id),
    store.remove(conversation.id),
    store.purgeRemoved(clock.nowMs() + 1),
  ];
  expect(results.filter((result) => !result.ok)).toEqual([]);
  return [...statements];
}

/** A scan that neither follows an index, in its order, nor asks the full-text index for a match. */
const WHOLE_TABLE = /SCAN (?!\w+ (?:USING (?:COVERING )?INDEX|VIRTUAL TABLE INDEX \d+:\S))/u;

const planOf = (database: Database, sql: string): string[] => {
  const values = Array.from(sql.matchAll(/\?/g), () => null);
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
  return rows.map((row) => String(row['detail']));
};

const open = (): Database => openMemoryDatabase({ migrations: MIGRATIONS, label: 'x' });

test('no statement scans a whole table or sorts its result', () => {
  const database = open();
  const slow = everyStatement(database).filter((sql) =>
    planOf(database, sql).some((step) => WHOLE_TABLE.test(step) || step.includes('TEMP B-TREE')),
  );
  expect(slow).toEqual([]);
});

test.each([
  'SELECT * FROM conversation',
  'SELECT * FROM message WHERE status = ?',
  'SELECT count(*) FROM message_search',
])('detects a statement that scans a whole table: %s', (sql) => {
  expect(planOf(open(), sql).join()).toMatch(WHOLE_TABLE);
});

test.each([
  [
    'SELECT * FROM conversation WHERE deleted_at_ms IS NULL ORDER BY updated_at_ms DESC, id DESC LIMIT ?',
    'conversation_by_update',
  ],
  ['SELECT row FROM conversation WHERE deleted_at_ms < ?', 'conversation_by_removal'],
  ['SELECT * FROM message WHERE conversation = ? ORDER BY row', 'message_tree'],
  [
    'SELECT id FROM conversation WHERE deleted_at_ms IS NULL AND archived = 0 AND pinned = 1 ORDER BY updated_at_ms',
    'conversation_pinned',
  ],
  [
    'SELECT id FROM conversation WHERE deleted_at_ms IS NULL AND archived = 1 ORDER BY updated_at_ms',
    'conversation_archived',
  ],
  ['UPDATE conversation SET folder = NULL WHERE folder = ?', 'conversation_by_folder'],
  ['SELECT conversation FROM conversation_tag WHERE tag = ?', 'conversation_tag_by_tag'],
  ['SELECT * FROM message WHERE parent_id = ?', 'message_by_parent'],
  ["SELECT id FROM message WHERE status = 'streaming'", 'message_streaming'],
  ['SELECT message FROM chosen_message WHERE conversation = ?', 'chosen_message_by_conversation'],
  ['DELETE FROM removed_message WHERE root = ?', 'removed_message_by_root'],
  ['SELECT message FROM removed_message WHERE removed_at_ms < ?', 'removed_message_by_time'],
  [
    'SELECT conversation FROM imported_conversation WHERE origin = ?',
    'sqlite_autoindex_imported_conversation_1',
  ],
  [
    'SELECT message FROM imported_message WHERE conversation = ? AND origin = ?',
    'sqlite_autoindex_imported_message_1',
  ],
  ['SELECT * FROM imported_message WHERE import = ?', 'imported_message_by_import'],
  ['SELECT * FROM imported_conversation WHERE import = ?', 'imported_conversation_by_import'],
  ['SELECT row FROM attachment WHERE begun_at_ms < ?', 'attachment_by_beginning'],
  ['SELECT 1 FROM message_attachment WHERE attachment = ?', 'message_attachment_by_attachment'],
  ['SELECT 1 FROM draft_attachment WHERE attachment = ?', 'draft_attachment_by_attachment'],
])('%s uses %s', (sql, index) => {
  expect(planOf(open(), sql).join()).toContain(`INDEX ${index}`);
});

test('a database of version 6 keeps its messages, none of them edited, chosen or removed', () => {
  const path = scratchPath();
  const options = { path, key: KEY, label: 'conversations' };
  const before = expectOk(openDatabase({ ...options, migrations: MIGRATIONS.slice(0, 6) }));
  const [chat, message] = ['c'.repeat(26), 'm'.repeat(26)];
  for (const sql of [
    `INSERT INTO conversation (row, id, title, created_at_ms, updated_at_ms)
     VALUES (1, '${chat}', 'old title', 0, 0)`,
    `INSERT INTO message (id, conversation, role, status, created_at_ms, parts)
     VALUES ('${message}', 1, 'assistant', 'complete', 7, '[{"kind":"text","text":"old"}]')`,
  ]) {
    before.prepare(sql).run();
  }
  before.close();
  const store = openAt(path, testEnvironment());
  const { messages, choices } = expectOk(store.open(conversationId.from(chat)));
  expect([messages.map(({ parts }) => parts), choices]).toEqual([[[text('old')]], undefined]);
  expect(messages[0]).not.toHaveProperty('edited');
  expectOk(store.branches.remove(conversationId.from(chat), messageId.from(message)));
  expect(expectOk(store.open(conversationId.from(chat))).messages).toEqual([]);
});

test('a message belongs to a conversation, and its parent exists', () => {
  const database = open();
  const insert = database.prepare(
    `INSERT INTO message (id, conversation, parent_id, role, status, created_at_ms, parts)
     VALUES (?, ?, ?, 'user', 'complete', 0, '[]')`,
  );
  expect(() => insert.run('a', 1, null)).toThrow('FOREIGN KEY');
  database
    .prepare(
      "INSERT INTO conversation (row, id, title, created_at_ms, updated_at_ms) VALUES (1, 'c', '', 0, 0)",
    )
    .run();
  expect(() => insert.run('a', 1, 'b')).toThrow('FOREIGN KEY');
  insert.run('a', 1, null);
  insert.run('b', 1, 'a');
  expect(() => insert.run('b', 1, null)).toThrow('UNIQUE');
  expect(() => database.prepare('DELETE FROM conversation').run()).toThrow('FOREIGN KEY');
});

test('the tree of a conversation is read from its index alone', () => {
  const sql =
    'SELECT row, id, parent_id, role, created_at_ms FROM message WHERE conversation = ? ORDER BY row';
  expect(planOf(open(), sql).join()).toContain('COVERING INDEX message_tree');
});

test('the numbers of a conversation are read from their index alone', () => {
  const sql = `SELECT usage, measures FROM message INDEXED BY message_numbers
     WHERE conversation = ? AND usage IS NOT NULL AND row < ?`;
  expect(planOf(open(), sql).join()).toContain('COVERING INDEX message_numbers');
});

test('settings that are stored in an unknown form are damaged, and the conversation is readable', () => {
  const database = open();
  const store = new SqliteConversations(database, {
    ...testEnvironment(),
    maxAttachmentBytes: 1000,
  });
  const { id } = expectOk(store.create({ title: 'x', settings: { temperature: 1 } }));
  const update = database.prepare('UPDATE chat_settings SET settings = ?');
  for (const stored of ['{', '{"temperature":3}', '{"topK":1}', '3']) {
    update.run(stored);
    expect(store.settings.find(id)).toEqual({ ok: false, failure: { reason: 'settings-damaged' } });
    expect(expectOk(store.open(id))).not.toHaveProperty('settings');
  }
  expectOk(store.settings.save(id, { temperature: 2 }));
  expect(store.settings.find(id)).toEqual({ ok: true, value: { temperature: 2 } });
});

test('a database of version 9 keeps its chats, which have no settings', () => {
  const path = scratchPath();
  const before = expectOk(
    openDatabase({ path, key: KEY, migrations: MIGRATIONS.slice(0, 9), label: 'conversations' }),
  );
  const id = conversationId.from('0'.repeat(26));
  before
    .prepare(
      "INSERT INTO conversation (row, id, title, created_at_ms, updated_at_ms) VALUES (1, ?, 'kept', 0, 0)",
    )
    .run(id);
  before.close();
  const store = openAt(path, testEnvironment());
  expect(expectOk(store.open(id))).toEqual({
    conversation: { id, title: 'kept', createdAtMs: 0, updatedAtMs: 0 },
    messages: [],
  });
  expectOk(store.settings.save(id, { effort: 'low' }));
});

test('a database of version 10 keeps its answers, none of them compared', () => {
  const path = scratchPath();
  const before = expectOk(
    openDatabase({ path, key: KEY, migrations: MIGRATIONS.slice(0, 10), label: 'conversations' }),
  );
  const id = conversationId.from('0'.repeat(26));
  before
    .prepare(
      "INSERT INTO conversation (row, id, title, created_at_ms, updated_at_ms) VALUES (1, ?, '', 0, 0)",
    )
    .run(id);
  before
    .prepare(
      `INSERT INTO message (id, conversation, role, status, created_at_ms, parts)
       VALUES (?, 1, 'assistant', 'complete', 0, '[]')`,
    )
    .run('1'.repeat(26));
  before.close();
  const store = openAt(path, testEnvironment());
  const { messages } = expectOk(store.open(id));
  expect(messages[0]).toMatchObject({ role: 'assistant', status: 'complete' });
  expect(messages[0]).not.toHaveProperty('comparison');
});
