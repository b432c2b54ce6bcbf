import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { onTestFinished } from 'vitest';

/** An empty directory for one test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-import-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export type Insert = (sql: string, ...values: SQLInputValue[]) => void;

/** The bytes of a database that SQLite itself has written. */
export function databaseOf(fill: (database: DatabaseSync, insert: Insert) => void): Buffer {
  const path = join(scratchDirectory(), 'other.db');
  const database = new DatabaseSync(path);
  fill(database, (sql, ...values) => database.prepare(sql).run(...values));
  database.close();
  return readFileSync(path);
}

/** As Open WebUI's migrations leave its tables. */
export const OPEN_WEBUI_TABLES = `
  CREATE TABLE "chat" (
    id VARCHAR(255) NOT NULL, user_id VARCHAR(255) NOT NULL, title TEXT NOT NULL,
    share_id VARCHAR(255), archived INTEGER NOT NULL, created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL, chat JSON, pinned BOOLEAN, meta JSON DEFAULT '{}' NOT NULL,
    folder_id TEXT, UNIQUE (id), UNIQUE (share_id)
  );
  CREATE UNIQUE INDEX chat_id ON chat (id);
  CREATE TABLE folder (
    id TEXT NOT NULL, parent_id TEXT, user_id TEXT NOT NULL, name TEXT NOT NULL, items JSON,
    meta JSON, is_expanded BOOLEAN NOT NULL, created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL, PRIMARY KEY (id, user_id)
  );`;

export const CHAT_LINUX_CLIENT_TABLES = `
  CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY, title TEXT NOT NULL, created_at TIMESTAMP, updated_at TIMESTAMP,
    message_count INTEGER DEFAULT 0, metadata TEXT
  );
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, role TEXT NOT NULL,
    content TEXT NOT NULL, model TEXT, provider TEXT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT,
    FOREIGN KEY (session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
  );
  CREATE INDEX messages_session ON messages (session_id);`;

export const CLAUDE_FOR_LINUX_TABLES = `
  CREATE TABLE conversations (
    id TEXT PRIMARY KEY, title TEXT, model TEXT, system_prompt TEXT, created_at TEXT,
    updated_at TEXT, pinned INTEGER DEFAULT 0, tags TEXT
  );
  CREATE TABLE messages (
    id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, role TEXT, content TEXT, created_at TEXT,
    token_count INTEGER, model TEXT, stop_reason TEXT, error TEXT
  );`;

/** The `chat` of a question and its answers, as Open WebUI stores it. */
export function openWebuiChat(question: string, answers: readonly string[]): string {
  const message = (id: string, parentId: string | null, role: string, content: string) => ({
    ...{ id, parentId, childrenIds: [], role, content, timestamp: 1_760_000_000 },
  });
  const messages = [
    message('q', null, 'user', question),
    ...answers.map((answer, index) => message(`a${index}`, 'q', 'assistant', answer)),
  ];
  return JSON.stringify({
    ...{ title: question, models: ['llama3'] },
    history: {
      messages: Object.fromEntries(messages.map((each) => [each.id, each])),
      currentId: 'a0',
    },
  });
}
