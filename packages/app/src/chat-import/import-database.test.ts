import { createMemoryConversations, type ConversationStore } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { plainText, type ChatImportReport, type ConversationView } from '@postern/protocol';
import { systemWorld } from '@postern/vault/testing';
import { describe, expect, test } from 'vitest';
import {
  CHAT_LINUX_CLIENT_TABLES,
  CLAUDE_FOR_LINUX_TABLES,
  databaseOf,
  OPEN_WEBUI_TABLES,
  openWebuiChat,
  type Insert,
} from '../testing/foreign-database.ts';
import { fileOf, importInto } from '../testing/import-into.ts';

const AT = 1_760_000_000;

const views = (store: ConversationStore): readonly ConversationView[] =>
  expectOk(store.ids()).map((id) => expectOk(store.open(id)));

const texts = ({ messages }: ConversationView): readonly string[] =>
  messages.map(({ role, parts }) => `${role}: ${plainText(parts)}`);

async function importBytes(bytes: Uint8Array): Promise<{
  readonly report: ChatImportReport;
  readonly store: ConversationStore;
  readonly chats: readonly ConversationView[];
}> {
  const store = createMemoryConversations(systemWorld);
  const report = await importInto(store, fileOf(bytes, 100_000));
  return { report, store, chats: views(store) };
}

const CHAT = `INSERT INTO chat (id, user_id, title, archived, created_at, updated_at, chat, pinned,
  meta, folder_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const addChat = (insert: Insert, id: string, chat: string, user = 'me'): void => {
  insert(CHAT, ...([id, user, `Title ${id}`, 0, AT, AT, chat, 0, '{}', null] as const));
};

const PAGE_SIZES = [512, 1024, 4096, 65_536];
const LONG = 'words and more words '.repeat(20_000);

describe('the database of Open WebUI', () => {
  test.each(PAGE_SIZES)('with pages of %d bytes is imported whole', async (pageBytes) => {
    const bytes = databaseOf((database, insert) => {
      database.exec(`PRAGMA page_size = ${pageBytes}; ${OPEN_WEBUI_TABLES}`);
      insert(
        'INSERT INTO folder VALUES (?, NULL, ?, ?, NULL, NULL, 0, 1, 1)',
        ...(['f', 'me', 'Work'] as const),
      );
      const labelled = ['One', 1, AT, AT + 5, openWebuiChat('Hi', ['A', 'B']), 1];
      insert(CHAT, 'one', 'me', ...labelled, '{"tags": ["home"]}', 'f');
      for (let at = 0; at < 300; at += 1) addChat(insert, `c${at}`, openWebuiChat(`${at}`, ['A']));
      addChat(insert, 'long', openWebuiChat(LONG, [LONG]));
      addChat(insert, 'copy', openWebuiChat('shared', ['A']), 'shared-one');
    });
    const { report, store, chats } = await importBytes(bytes);
    expect(report).toMatchObject({
      source: 'open-webui',
      counts: { added: 302, messages: 302 * 2 + 1, skipped: 0 },
      ...{ skipped: [], notes: {}, problem: null },
    });
    const one = chats.find(({ conversation }) => conversation.title === 'One');
    expect(one?.conversation).toMatchObject({
      ...{ createdAtMs: AT * 1000, updatedAtMs: (AT + 5) * 1000, model: 'llama3' },
      ...{ pinned: true, archived: true, folder: 'Work', tags: ['home'] },
    });
    expect(one && texts(one)).toEqual(['user: Hi', 'assistant: A', 'assistant: B']);
    const long = chats.find(({ conversation }) => conversation.title === 'Title long');
    expect(long && texts(long)[0]).toBe(`user: ${LONG}`);
    const again = await importInto(store, fileOf(bytes));
    expect(again.counts).toMatchObject({ added: 0, extended: 0, present: 302 });
    store.close();
  });

  test('is the same as its export as JSON', async () => {
    const chat = openWebuiChat('Hi', ['A']);
    const bytes = databaseOf((database, insert) => {
      database.exec(OPEN_WEBUI_TABLES);
      addChat(insert, 'one', chat);
    });
    const { store } = await importBytes(bytes);
    const json = `[{ "id": "one", "title": "Title one", "chat": ${chat} }]`;
    const again = await importInto(store, fileOf(Buffer.from(json)));
    expect(again).toMatchObject({ source: 'open-webui', counts: { added: 0, present: 1 } });
    store.close();
  });
});

describe('the database of Chat Linux Client', () => {
  test('with interleaved chats is imported in order', async () => {
    const bytes = databaseOf((database, insert) => {
      database.exec(CHAT_LINUX_CLIENT_TABLES);
      for (const id of ['x', 'y', 'empty']) {
        insert('INSERT INTO sessions VALUES (?, ?, ?, ?, 2, NULL)', id, `Chat ${id}`, ...TIMES);
      }
      for (let at = 0; at < 400; at += 1) {
        insert(
          `INSERT INTO messages (session_id, role, content, model, provider, timestamp)
           VALUES (?, ?, ?, 'gpt-4o', 'OpenAI', ?)`,
          ...([at % 3 === 0 ? 'x' : 'y', at % 2 ? 'assistant' : 'user', `text ${at}`] as const),
          '2025-03-04 05:06:07',
        );
      }
    });
    const { report, store, chats } = await importBytes(bytes);
    expect(report).toMatchObject({
      source: 'chat-linux-client',
      counts: { added: 2, messages: 400, skipped: 1 },
      ...{ skipped: [{ place: '3', why: 'empty' }], problem: null },
    });
    const x = chats.find(({ conversation }) => conversation.title === 'Chat x');
    expect(x && texts(x).slice(0, 3)).toEqual([
      'user: text 0',
      'assistant: text 3',
      'user: text 6',
    ]);
    expect(x?.messages[0]).toMatchObject({
      ...{ createdAtMs: Date.UTC(2025, 2, 4, 5, 6, 7), provider: 'openai', model: 'gpt-4o' },
    });
    store.close();
  });
});

const TIMES = ['2025-03-04 05:06:07', '2025-03-05 05:06:07'] as const;

describe('the database of Claude for Linux', () => {
  test.each(['UTF-8', 'UTF-16le', 'UTF-16be'])('in %s is imported', async (encoding) => {
    const bytes = databaseOf((database, insert) => {
      database.exec(`PRAGMA encoding = '${encoding}'; ${CLAUDE_FOR_LINUX_TABLES}`);
      insert(
        "INSERT INTO conversations VALUES ('c', 'Grüße 👋', 'claude', 'Be brief', ?, ?, 1, '[\"a\"]')",
        ...TIMES,
      );
      const message = 'INSERT INTO messages VALUES (?, ?, ?, ?, ?, 1, NULL, NULL, ?)';
      insert(message, 'm1', 'c', 'user', '你好', TIMES[0], null);
      insert(message, 'm2', 'c', 'assistant', 'Hallo', TIMES[1], 'overloaded');
    });
    const { report, store, chats } = await importBytes(bytes);
    expect(report).toMatchObject({ source: 'claude-for-linux', problem: null });
    expect(chats[0]?.conversation).toMatchObject({ title: 'Grüße 👋', pinned: true, tags: ['a'] });
    expect(chats[0] && texts(chats[0])).toEqual([
      ...['system: Be brief', 'user: 你好', 'assistant: Hallo\n\n[Error: overloaded]'],
    ]);
    store.close();
  });
});
