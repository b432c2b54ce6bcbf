import {
  numberColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import {
  conversationId,
  type Conversation,
  type ConversationId,
  type ProviderId,
} from '@postern/protocol';
import { conversationOfRow } from './stored-conversation.ts';

export interface StoredConversation {
  readonly row: number;
  readonly conversation: Conversation;
}

const NEWEST = `
  SELECT * FROM conversation WHERE deleted_at_ms IS NULL
  ORDER BY updated_at_ms DESC, id DESC LIMIT ?`;

const IDS = `
  SELECT id FROM conversation WHERE deleted_at_ms IS NULL
  ORDER BY updated_at_ms DESC, id DESC`;

const BEFORE = `
  SELECT * FROM conversation WHERE deleted_at_ms IS NULL AND (updated_at_ms, id) < (?, ?)
  ORDER BY updated_at_ms DESC, id DESC LIMIT ?`;

// The time of an update never decreases, even if the clock does, so that paging through the list keeps its
// order.
const TOUCH = `
  UPDATE conversation SET updated_at_ms = max(updated_at_ms, ?),
    provider = coalesce(?, provider), model = coalesce(?, model)
  WHERE row = ?`;

/** Statements for the table `conversation`. Use them inside an attempt or transaction. */
export class ConversationTable {
  readonly #insert: Statement;
  readonly #find: Statement;
  readonly #newest: Statement;
  readonly #ids: Statement;
  readonly #before: Statement;
  readonly #rename: Statement;
  readonly #setRemoval: Statement;
  readonly #touch: Statement;
  readonly #removed: Statement;
  readonly #removedBefore: Statement;
  readonly #delete: Statement;

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO conversation (id, title, provider, model, created_at_ms, updated_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare('SELECT * FROM conversation WHERE id = ?');
    this.#newest = database.prepare(NEWEST);
    this.#ids = database.prepare(IDS);
    this.#before = database.prepare(BEFORE);
    this.#rename = database.prepare('UPDATE conversation SET title = ? WHERE row = ?');
    this.#setRemoval = database.prepare('UPDATE conversation SET deleted_at_ms = ? WHERE row = ?');
    this.#touch = database.prepare(TOUCH);
    this.#removed = database.prepare(
      'SELECT * FROM conversation WHERE deleted_at_ms IS NOT NULL ORDER BY deleted_at_ms DESC, row DESC LIMIT ?',
    );
    this.#removedBefore = database.prepare(
      'SELECT row FROM conversation WHERE deleted_at_ms IS NOT NULL AND deleted_at_ms < ?',
    );
    this.#delete = database.prepare('DELETE FROM conversation WHERE row = ?');
  }

  /** Its row. */
  insert(conversation: Conversation): number {
    const { id, title, provider = null, model = null, createdAtMs, updatedAtMs } = conversation;
    return this.#insert.run(id, title, provider, model, createdAtMs, updatedAtMs).lastRow;
  }

  /** The conversation, even if it was removed; undefined if there is none. */
  find(id: ConversationId): StoredConversation | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : stored(row);
  }

  newest(limit: number): Conversation[] {
    return this.#newest.all(limit).map(conversationOfRow);
  }

  ids(): ConversationId[] {
    return this.#ids.all().map((row) => conversationId.from(textColumn(row, 'id')));
  }

  before(cursor: Conversation, limit: number): Conversation[] {
    return this.#before.all(cursor.updatedAtMs, cursor.id, limit).map(conversationOfRow);
  }

  rename(row: number, title: string): void {
    this.#rename.run(title, row);
  }

  setRemoval(row: number, deletedAtMs: number | null): void {
    this.#setRemoval.run(deletedAtMs, row);
  }

  touch(
    row: number,
    nowMs: number,
    chosen: { readonly provider?: ProviderId; readonly model?: string },
  ): void {
    this.#touch.run(nowMs, chosen.provider ?? null, chosen.model ?? null, row);
  }

  removed(limit: number): Conversation[] {
    return this.#removed.all(limit).map(conversationOfRow);
  }

  removedBefore(timeMs: number): number[] {
    return this.#removedBefore.all(timeMs).map((row) => numberColumn(row, 'row'));
  }

  /** Its messages must have been deleted. */
  delete(row: number): void {
    this.#delete.run(row);
  }
}

function stored(row: SqlRow): StoredConversation {
  return { row: numberColumn(row, 'row'), conversation: conversationOfRow(row) };
}
