import {
  numberColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import {
  conversationId,
  labelKey,
  type AnswerNumbers,
  type Conversation,
  type ConversationId,
  type ConversationPlace,
  type ProviderId,
} from '@postern/protocol';
import { NumberTable } from './number-table.ts';
import { CONVERSATION_COLUMNS, conversationOfRow } from './stored-conversation.ts';

export interface StoredConversation {
  readonly row: number;
  readonly conversation: Conversation;
}

const IDS = `
  SELECT id FROM conversation WHERE deleted_at_ms IS NULL
  ORDER BY updated_at_ms DESC, id DESC`;

/** The conditions of the lists, which are those of the indexes. A folder and a tag are found by the key of their name. */
const PLACES = {
  all: 'c.deleted_at_ms IS NULL',
  main: 'c.deleted_at_ms IS NULL AND c.archived = 0 AND c.pinned = 0 AND c.folder IS NULL',
  pinned: 'c.deleted_at_ms IS NULL AND c.archived = 0 AND c.pinned = 1',
  archive: 'c.deleted_at_ms IS NULL AND c.archived = 1',
  folder: `c.deleted_at_ms IS NULL AND c.archived = 0 AND c.pinned = 0
    AND c.folder = (SELECT row FROM folder WHERE key = ?)`,
  tag: `c.deleted_at_ms IS NULL AND c.archived = 0 AND EXISTS (SELECT 1 FROM conversation_tag
    WHERE conversation = c.row AND tag = (SELECT row FROM tag WHERE key = ?))`,
} as const satisfies Record<ConversationPlace['in'] | 'all', string>;

/** Sorted by an index, so that a page is found without reading the others. */
const INDEXES: Partial<Record<keyof typeof PLACES, string>> = {
  all: 'INDEXED BY conversation_by_update',
  main: 'INDEXED BY conversation_main',
  tag: 'INDEXED BY conversation_by_update',
};

const pageOf = (place: keyof typeof PLACES): string => `
  SELECT ${CONVERSATION_COLUMNS} FROM conversation AS c ${INDEXES[place] ?? ''}
  WHERE ${PLACES[place]} AND (c.updated_at_ms, c.id) < (?, ?)
  ORDER BY c.updated_at_ms DESC, c.id DESC LIMIT ?`;

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
  readonly #pages: Readonly<Record<keyof typeof PLACES, Statement>>;
  readonly #findRow: Statement;
  readonly #ids: Statement;
  readonly #rename: Statement;
  readonly #suggestTitle: Statement;
  readonly #setRemoval: Statement;
  readonly #touch: Statement;
  readonly #removed: Statement;
  readonly #removedBefore: Statement;
  readonly #delete: Statement;
  readonly #numbers: NumberTable;

  constructor(database: Database) {
    this.#numbers = new NumberTable(database);
    this.#insert = database.prepare(
      `INSERT INTO conversation (id, title, provider, model, created_at_ms, updated_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare(
      `SELECT ${CONVERSATION_COLUMNS} FROM conversation AS c WHERE c.id = ?`,
    );
    this.#findRow = database.prepare(
      `SELECT ${CONVERSATION_COLUMNS} FROM conversation AS c WHERE c.row = ?`,
    );
    const page = (place: keyof typeof PLACES): Statement => database.prepare(pageOf(place));
    this.#pages = {
      all: page('all'),
      main: page('main'),
      pinned: page('pinned'),
      archive: page('archive'),
      folder: page('folder'),
      tag: page('tag'),
    };
    this.#ids = database.prepare(IDS);
    this.#rename = database.prepare(
      'UPDATE conversation SET title = ?, title_typed = 1 WHERE row = ?',
    );
    this.#suggestTitle = database.prepare(
      'UPDATE conversation SET title = ? WHERE row = ? AND title_typed = 0',
    );
    this.#setRemoval = database.prepare('UPDATE conversation SET deleted_at_ms = ? WHERE row = ?');
    this.#touch = database.prepare(TOUCH);
    this.#removed = database.prepare(
      `SELECT ${CONVERSATION_COLUMNS} FROM conversation AS c WHERE c.deleted_at_ms IS NOT NULL
       ORDER BY c.deleted_at_ms DESC, c.row DESC LIMIT ?`,
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

  /** The same by its row. */
  findRow(row: number): StoredConversation | undefined {
    const found = this.#findRow.get(row);
    return found === undefined ? undefined : stored(found);
  }

  /** Conversations of a list after the cursor, or from its beginning. */
  page(
    place: ConversationPlace | undefined,
    cursor: Conversation | undefined,
    limit: number,
  ): Conversation[] {
    const key = place !== undefined && 'name' in place ? [labelKey(place.name)] : [];
    const { updatedAtMs = Number.MAX_SAFE_INTEGER, id = '' } = cursor ?? {};
    const statement = this.#pages[place?.in ?? 'all'];
    return statement.all(...key, updatedAtMs, id, limit).map(conversationOfRow);
  }

  ids(): ConversationId[] {
    return this.#ids.all().map((row) => conversationId.from(textColumn(row, 'id')));
  }

  rename(row: number, title: string): void {
    this.#rename.run(title, row);
  }

  /** Whether the title was changed. */
  suggestTitle(row: number, title: string, numbers?: AnswerNumbers): boolean {
    if (numbers !== undefined) this.#numbers.setTitleNumbers(row, numbers);
    return this.#suggestTitle.run(title, row).changes > 0;
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

  /** Its messages and tags must have been deleted. */
  delete(row: number): void {
    this.#delete.run(row);
  }
}

function stored(row: SqlRow): StoredConversation {
  return { row: numberColumn(row, 'row'), conversation: conversationOfRow(row) };
}
