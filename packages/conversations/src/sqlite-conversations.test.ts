import { existsSync, readFileSync } from 'node:fs';
import { openDatabase } from '@postern/database';
import { expectOk, ok, Secret } from '@postern/kernel';
import {
  attachmentId,
  conversationId,
  messageId,
  type Conversation,
  type Message,
} from '@postern/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTACHMENT_PIECE_BYTES } from './attachment-store.ts';
import { MIGRATIONS } from './migrations.ts';
import { createMemoryConversations, openSqliteConversations } from './open-conversations.ts';
import { anyParts } from './testing/arbitrary-parts.ts';
import { attach } from './testing/attachment-contract.ts';
import { KEY, openAt, say, scratchPath, testEnvironment, text } from './testing/environment.ts';

/** Runs a statement on a closed store, as somebody who has the key could. */
function meddle(path: string, sql: string, ...values: (string | number | null)[]): void {
  const options = { path, key: KEY, migrations: MIGRATIONS, label: 'conversations' };
  const database = expectOk(openDatabase(options));
  expectOk(database.runInTransaction(() => ok(database.prepare(sql).run(...values))));
  database.close();
}

describe('conversations in a file', () => {
  test('of version 5 keep their content and can be organised', () => {
    const path = scratchPath();
    const migrations = MIGRATIONS.filter(({ version }) => version <= 5);
    const old = expectOk(openDatabase({ path, key: KEY, migrations, label: 'conversations' }));
    const id = conversationId.from('0'.repeat(26));
    const insert = old.prepare(
      "INSERT INTO conversation VALUES (1, ?, 'kept', NULL, NULL, 0, 0, NULL)",
    );
    expectOk(old.runInTransaction(() => ok(insert.run(id))));
    old.close();
    const store = openAt(path, testEnvironment());
    expect(expectOk(store.list({ limit: 1, place: { in: 'main' } })).conversations).toEqual([
      { id, title: 'kept', createdAtMs: 0, updatedAtMs: 0 },
    ]);
    const change = { pinned: true, archived: true, folder: 'f', addTags: ['t'] };
    const [changed] = expectOk(store.organise([id], change));
    store.close();
    expect(openAt(path, testEnvironment()).conversation(id)).toEqual({ ok: true, value: changed });
  });

  test('of version 2 keep their content and gain drafts', () => {
    const path = scratchPath();
    const migrations = MIGRATIONS.filter(({ version }) => version <= 2);
    const old = expectOk(openDatabase({ path, key: KEY, migrations, label: 'conversations' }));
    const id = '0'.repeat(26);
    const insert = old.prepare(
      "INSERT INTO conversation VALUES (1, ?, 'kept', NULL, NULL, 0, 0, NULL)",
    );
    expectOk(old.runInTransaction(() => ok(insert.run(id))));
    old.close();
    const store = openAt(path, testEnvironment());
    const [kept] = expectOk(store.list({ limit: 1 })).conversations;
    expect(kept).toMatchObject({ id, title: 'kept' });
    expect(expectOk(store.drafts())).toEqual([]);
    expectOk(store.saveDraft({ conversation: kept?.id ?? null, text: 'a' }));
    store.close();
    const again = openAt(path, testEnvironment());
    expect(expectOk(again.drafts())).toEqual([{ conversation: id, text: 'a' }]);
  });

  test('of version 7 keep their content and gain imports', () => {
    const path = scratchPath();
    const migrations = MIGRATIONS.filter(({ version }) => version <= 7);
    const old = expectOk(openDatabase({ path, key: KEY, migrations, label: 'conversations' }));
    const insert = old.prepare(
      "INSERT INTO conversation (id, title, created_at_ms, updated_at_ms) VALUES (?, 'kept', 0, 0)",
    );
    expectOk(old.runInTransaction(() => ok(insert.run('0'.repeat(26)))));
    old.close();
    const store = openAt(path, testEnvironment());
    expect(expectOk(store.list({ limit: 1 })).conversations[0]?.title).toBe('kept');
    expect(expectOk(store.imports.list())).toEqual([]);
  });

  test('of version 8 keep their content and gain attachments', () => {
    const path = scratchPath();
    const migrations = MIGRATIONS.filter(({ version }) => version <= 8);
    const old = expectOk(openDatabase({ path, key: KEY, migrations, label: 'conversations' }));
    const insert = old.prepare("INSERT INTO draft VALUES ('new', 'kept')");
    expectOk(old.runInTransaction(() => ok(insert.run())));
    old.close();
    const store = openAt(path, testEnvironment());
    expect(expectOk(store.drafts())).toEqual([{ conversation: null, text: 'kept' }]);
    const bytes = Buffer.alloc(ATTACHMENT_PIECE_BYTES + 1, 'x');
    const attachments = [attach(store, bytes)];
    expectOk(store.saveDraft({ conversation: null, text: 'kept', attachments }));
    store.close();
    const again = openAt(path, testEnvironment());
    expect(expectOk(again.drafts())).toEqual([{ conversation: null, text: 'kept', attachments }]);
    const id = attachments[0]?.id ?? attachmentId.from('0'.repeat(26));
    const piece = (index: number) => expectOk(again.attachments.piece(id, index))?.length;
    expect([piece(0), piece(1), piece(2)]).toEqual([ATTACHMENT_PIECE_BYTES, 1, undefined]);
  });

  test('persist after the store is closed', () => {
    const path = scratchPath();
    const environment = testEnvironment();
    const store = openAt(path, environment);
    const conversation = expectOk(store.create({ title: 'kept' }));
    const question = say(store, conversation, 'question');
    const answer = say(store, conversation, 'answer', { parentId: question.id, role: 'assistant' });
    store.close();
    const again = openAt(path, environment);
    expect(again.open(conversation.id)).toEqual({
      ok: true,
      value: { conversation, messages: [question, answer] },
    });
    expect(expectOk(again.search('answer', 5))).toHaveLength(1);
  });

  test('keep messages with any content undamaged', () => {
    const path = scratchPath();
    const environment = testEnvironment();
    const first = openAt(path, environment);
    const conversation = expectOk(first.create({ title: 'anything' }));
    const added: Message[] = [];
    fc.assert(
      fc.property(anyParts, (parts) => {
        const input = { conversationId: conversation.id, parentId: added.at(-1)?.id ?? null };
        added.push(
          expectOk(first.addMessage({ ...input, role: 'user', parts, status: 'complete' })),
        );
      }),
      { numRuns: 100 },
    );
    first.close();
    const messages = expectOk(openAt(path, environment).open(conversation.id)).messages;
    expect(messages).toEqual(added);
  });

  test("don't open with a different key", () => {
    const path = scratchPath();
    openAt(path, testEnvironment()).close();
    const bytes = readFileSync(path);
    const key = Secret.of('f'.repeat(64));
    const opened = openSqliteConversations({ path, key, ...testEnvironment() });
    expect(opened).toEqual({
      ok: false,
      failure: { reason: 'wrong-key-or-damaged', label: 'conversations', path },
    });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('with 10,000 messages open complete and in order', () => {
    const path = scratchPath();
    const environment = testEnvironment();
    const store = openAt(path, environment);
    const { id } = expectOk(store.create({ title: 'long' }));
    store.close();
    const numbers = Array.from({ length: 10_000 }, (_, index) => index);
    const sql = `INSERT INTO message (id, conversation, parent_id, role, status, created_at_ms, parts)
      SELECT value ->> 'id', 1, value ->> 'parent', 'user', 'complete', 0, value ->> 'parts'
      FROM json_each(?)`;
    const idOf = (index: number) => messageId.from(String(index).padStart(26, '0'));
    const rows = numbers.map((index) => ({
      id: idOf(index),
      parent: index === 0 ? null : idOf(index - 1),
      parts: JSON.stringify([text(`message ${index}`)]),
    }));
    meddle(path, sql, JSON.stringify(rows));
    const { messages } = expectOk(openAt(path, environment).open(id));
    expect(messages.map((message) => message.id)).toEqual(numbers.map(idOf));
    expect(messages.at(-1)).toMatchObject({ parentId: idOf(9998), parts: [text('message 9999')] });
  });
});

describe('a message with invalid stored data', () => {
  const damages: readonly (readonly [string, string, string | number | null])[] = [
    ['no parts', 'parts = ?', 'nothing'],
    ['parts of another time', 'parts = ?', '[{"kind":"hologram"}]'],
    ['an unknown role', 'role = ?', 'prophet'],
    ['an unknown status', 'status = ?', 'perhaps'],
    ['an unknown stop reason', 'stop_reason = ?', 'tired'],
    ['no usage', 'usage = ?', '{'],
    ['usage that is no number', 'usage = ?', '{"inputTokens":"1"}'],
    ['usage of something else', 'usage = ?', '{"steps":1}'],
    ['no failure', 'failure = ?', '"oops"'],
    ['a provider that is none', 'provider = ?', '../etc'],
  ];
  test.each(damages)(
    "is reported as damaged, and other messages aren't: %s",
    (_name, change, value) => {
      const path = scratchPath();
      const environment = testEnvironment();
      const store = openAt(path, environment);
      const conversation = expectOk(store.create({ title: 'x' }));
      const before = say(store, conversation, 'before');
      const wrong = say(store, conversation, 'wrong', { role: 'assistant', parentId: before.id });
      const after = say(store, conversation, 'after');
      store.close();
      meddle(path, `UPDATE message SET ${change} WHERE row = 2`, value);
      const again = openAt(path, environment);
      const { messages } = expectOk(again.open(conversation.id));
      expect([messages[0], messages[2]]).toEqual([before, after]);
      expect(messages[1]).toMatchObject({
        role: 'assistant',
        parts: [],
        status: 'failed',
        failure: { code: 'DATABASE_DAMAGED' },
      });
      expect(again.message(wrong.id)).toMatchObject({ failure: { reason: 'message-damaged' } });
      expect(again.updateMessage(wrong.id, { model: 'm' })).toMatchObject({
        failure: { reason: 'message-damaged' },
      });
      expect(again.markInterrupted().ok).toBe(true);
    },
  );

  test('with an error code that no longer exists is readable', () => {
    const path = scratchPath();
    const environment = testEnvironment();
    const store = openAt(path, environment);
    const conversation: Conversation = expectOk(store.create({ title: 'x' }));
    const failure = { code: 'UPSTREAM_CUT', message: 'm' } as const;
    const message = say(store, conversation, 'half', { status: 'failed', failure });
    store.close();
    meddle(path, 'UPDATE message SET failure = ?', '{"code":"OF_OLD","message":"m"}');
    expect(openAt(path, environment).message(message.id)).toEqual({
      ok: true,
      value: { ...message, failure: { code: 'INTERNAL', message: 'm' } },
    });
  });
});

test('conversations in memory are lost when the store is closed, and using it throws', () => {
  const store = createMemoryConversations(testEnvironment());
  const { id } = expectOk(store.create({ title: 'x' }));
  store.close();
  expect(() => store.open(id)).toThrow('not open');
  expect(existsSync(':memory:')).toBe(false);
});
