import { numberColumn, textColumn, type Database, type Statement } from '@postern/database';
import { messageId, type ChatImport, type MessageId } from '@postern/protocol';
import type { ImportRun } from './imported-chat.ts';

const LIST = `
  SELECT i.id, i.source, i.began_at_ms,
    (SELECT count(*) FROM imported_conversation AS c WHERE c.import = i.row) AS chats,
    (SELECT count(*) FROM imported_message AS m WHERE m.import = i.row) AS messages
  FROM chat_import AS i WHERE i.row > 0 ORDER BY i.row DESC LIMIT 100`;

/** The conversations of an import, each with whether it has a message that the import didn't add. */
const CHATS = `
  SELECT c.conversation AS row, EXISTS (
    SELECT 1 FROM message AS m LEFT JOIN imported_message AS i ON i.message = m.row
    WHERE m.conversation = c.conversation AND i.import IS NOT c.import
  ) AS is_continued
  FROM imported_conversation AS c WHERE c.import = ?`;

/** The messages of an import in conversations that it didn't create, the last one first. */
const LATER_MESSAGES = `
  SELECT i.message AS row, m.id FROM imported_message AS i
    JOIN message AS m ON m.row = i.message
    JOIN imported_conversation AS c ON c.conversation = i.conversation
  WHERE i.import = ? AND c.import <> i.import
  ORDER BY i.message DESC`;

/** Statements for the three tables of imports. Use them inside an attempt or transaction. */
export class ImportTable {
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #deleteIfEmpty: Statement;
  readonly #list: Statement;
  readonly #findChat: Statement;
  readonly #insertChat: Statement;
  readonly #chats: Statement;
  readonly #findMessage: Statement;
  readonly #insertMessage: Statement;
  readonly #laterMessages: Statement;

  constructor(database: Database) {
    this.#find = database.prepare('SELECT row FROM chat_import WHERE id = ?');
    this.#insert = database.prepare(
      'INSERT INTO chat_import (id, source, began_at_ms) VALUES (?, ?, ?)',
    );
    this.#deleteIfEmpty = database.prepare(
      `DELETE FROM chat_import WHERE row = ?
         AND NOT EXISTS (SELECT 1 FROM imported_conversation WHERE import = chat_import.row)
         AND NOT EXISTS (SELECT 1 FROM imported_message WHERE import = chat_import.row)`,
    );
    this.#list = database.prepare(LIST);
    this.#findChat = database.prepare(
      'SELECT conversation FROM imported_conversation WHERE origin = ?',
    );
    this.#insertChat = database.prepare(
      'INSERT INTO imported_conversation (conversation, import, origin) VALUES (?, ?, ?)',
    );
    this.#chats = database.prepare(CHATS);
    this.#findMessage = database.prepare(
      `SELECT m.id FROM imported_message AS i JOIN message AS m ON m.row = i.message
       WHERE i.conversation = ? AND i.origin = ?`,
    );
    this.#insertMessage = database.prepare(
      'INSERT INTO imported_message (message, conversation, import, origin) VALUES (?, ?, ?, ?)',
    );
    this.#laterMessages = database.prepare(LATER_MESSAGES);
  }

  find(id: string): number | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : numberColumn(row, 'row');
  }

  /** Its row. A run that has added nothing has none. */
  findOrInsert({ id, source, beganAtMs }: ImportRun): number {
    return this.find(id) ?? this.#insert.run(id, source, beganAtMs).lastRow;
  }

  deleteIfEmpty(row: number): void {
    this.#deleteIfEmpty.run(row);
  }

  list(): ChatImport[] {
    return this.#list
      .all()
      .map((row) => ({
        id: textColumn(row, 'id'),
        source: textColumn(row, 'source'),
        beganAtMs: numberColumn(row, 'began_at_ms'),
        chats: numberColumn(row, 'chats'),
        messages: numberColumn(row, 'messages'),
      }))
      .filter(({ chats, messages }) => chats + messages > 0);
  }

  /** The row of the conversation with this origin. */
  findChat(origin: string): number | undefined {
    const row = this.#findChat.get(origin);
    return row === undefined ? undefined : numberColumn(row, 'conversation');
  }

  insertChat(conversation: number, run: number, origin: string): void {
    this.#insertChat.run(conversation, run, origin);
  }

  chatsOf(run: number): { readonly row: number; readonly isContinued: boolean }[] {
    return this.#chats.all(run).map((row) => ({
      row: numberColumn(row, 'row'),
      isContinued: numberColumn(row, 'is_continued') === 1,
    }));
  }

  /** The id of the message with this origin in a conversation. */
  findMessage(conversation: number, origin: string): MessageId | undefined {
    const row = this.#findMessage.get(conversation, origin);
    return row === undefined ? undefined : messageId.from(textColumn(row, 'id'));
  }

  insertMessage(message: number, conversation: number, run: number, origin: string): void {
    this.#insertMessage.run(message, conversation, run, origin);
  }

  /** Messages that an import added to chats of earlier imports, children before their parents. */
  laterMessagesOf(run: number): { readonly row: number; readonly id: MessageId }[] {
    return this.#laterMessages.all(run).map((row) => ({
      row: numberColumn(row, 'row'),
      id: messageId.from(textColumn(row, 'id')),
    }));
  }
}
