import {
  numberColumn,
  optionalTextColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import { conversationId, messageId, type SearchFilters, type SearchHit } from '@postern/protocol';
import { conversationConditions, rowConditions, type Conditions } from './filter-conditions.ts';
import {
  indexedText,
  MATCH_END,
  MATCH_START,
  searchExpression,
  snippetPieces,
} from './search-text.ts';

/** Words of context in a snippet. */
const SNIPPET_WORDS = 24;

const TITLES = `
  SELECT c.id AS conversation, c.title, NULL AS message, c.created_at_ms,
    snippet(conversation_search, 0, ?, ?, '…', ${SNIPPET_WORDS}) AS snippet
  FROM conversation_search JOIN conversation AS c ON c.row = conversation_search.rowid
  WHERE conversation_search MATCH ? AND c.deleted_at_ms IS NULL`;

// Newest first is the index's own order, so the search can stop at the limit. Sorting by relevance would have to
// score every match.
const MESSAGES = `
  SELECT c.id AS conversation, c.title, m.id AS message, m.created_at_ms,
    snippet(message_search, 0, ?, ?, '…', ${SNIPPET_WORDS}) AS snippet
  FROM message_search
    JOIN message AS m ON m.row = message_search.rowid
    JOIN conversation AS c ON c.row = m.conversation
  WHERE message_search MATCH ? AND c.deleted_at_ms IS NULL
    AND m.row NOT IN (SELECT message FROM removed_message)`;

/** With filters, only this many messages that have the words are examined, because any number may not pass. */
const MAX_EXAMINED = 5000;
const EXAMINED = ` AND message_search.rowid > coalesce((SELECT rowid FROM message_search
  WHERE message_search MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ${MAX_EXAMINED}), 0)`;

/** Conversations without words to find: the most recently updated first. */
const FILTERED = `
  SELECT c.id AS conversation, c.title, NULL AS message, c.created_at_ms, c.title AS snippet
  FROM conversation AS c INDEXED BY conversation_by_update WHERE c.deleted_at_ms IS NULL`;

/**
 * Roughly how many times longer it takes to remove one text from the index than to skip one while the whole
 * index is rebuilt.
 */
const EXACT_DELETE_COST = 100;

/** The two full-text tables. Call every method inside a transaction or attempt. */
export class SearchIndex {
  readonly #database: Database;
  readonly #deleteTitle: Statement;
  readonly #insertTitle: Statement;
  readonly #deleteText: Statement;
  readonly #insertText: Statement;
  /** By their text. There are few, because the filters are few. */
  readonly #searches = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
    this.#deleteTitle = database.prepare('DELETE FROM conversation_search WHERE rowid = ?');
    this.#insertTitle = database.prepare(
      'INSERT INTO conversation_search (rowid, text) VALUES (?, ?)',
    );
    this.#deleteText = database.prepare('DELETE FROM message_search WHERE rowid = ?');
    this.#insertText = database.prepare('INSERT INTO message_search (rowid, text) VALUES (?, ?)');
  }

  setTitle(row: number, title: string): void {
    this.#deleteTitle.run(row);
    this.#insertTitle.run(row, indexedText(title));
  }

  setText(row: number, text: string): void {
    this.#deleteText.run(row);
    if (text !== '') this.#insertText.run(row, indexedText(text));
  }

  /** Adds the text of a row that has none yet. */
  addText(row: number, text: string): void {
    if (text !== '') this.#insertText.run(row, indexedText(text));
  }

  /** Removes conversations and their messages from the index, with all their words. */
  purge(conversations: readonly number[]): void {
    const count = this.#database.prepare(
      'SELECT count(*) AS n FROM message WHERE conversation = ?',
    );
    const purged = conversations
      .map((row) => numberColumn(count.get(row) ?? {}, 'n'))
      .reduce((sum, n) => sum + n, 0);
    const newest = this.#database.prepare('SELECT coalesce(max(row), 0) AS n FROM message');
    const total = numberColumn(newest.get() ?? {}, 'n');
    // Either removes each text word by word, or marks all of them as deleted and rebuilds the index.
    const rewrite = purged * EXACT_DELETE_COST > total;
    const texts = this.#database.prepare(
      'DELETE FROM message_search WHERE rowid IN (SELECT row FROM message WHERE conversation = ?)',
    );
    if (rewrite) this.#setSecureDelete(0);
    for (const row of conversations) {
      this.#deleteTitle.run(row);
      texts.run(row);
    }
    if (!rewrite) return;
    this.#database.prepare("INSERT INTO message_search (message_search) VALUES ('optimize')").run();
    this.#setSecureDelete(1);
  }

  search(query: string, limit: number, filters: SearchFilters): SearchHit[] {
    const expression = searchExpression(query);
    const ofConversation = conversationConditions(filters);
    const ofTitle = [ofConversation, rowConditions(filters, 'c')];
    if (expression === undefined) {
      if (Object.keys(filters).length === 0 || filters.role !== undefined) return [];
      return this.#hits(FILTERED, ofTitle, 'c.updated_at_ms DESC, c.id DESC', [], limit);
    }
    const marks = [MATCH_START, MATCH_END, expression];
    const titles =
      filters.role === undefined
        ? this.#hits(TITLES, ofTitle, 'conversation_search.rowid DESC', marks, limit)
        : [];
    if (filters.titlesOnly === true) return titles;
    const isLimited = Object.keys(filters).length > 0;
    const ofMessage = [
      ...(isLimited ? [{ sql: EXAMINED, values: [expression] }] : []),
      ofConversation,
      rowConditions(filters, 'm'),
    ];
    return [
      ...titles,
      ...this.#hits(MESSAGES, ofMessage, 'message_search.rowid DESC', marks, limit),
    ];
  }

  #hits(
    select: string,
    conditions: readonly Conditions[],
    order: string,
    marks: readonly string[],
    limit: number,
  ): SearchHit[] {
    const sql = `${select}${conditions.map((each) => each.sql).join('')} ORDER BY ${order} LIMIT ?`;
    const statement = this.#searches.get(sql) ?? this.#database.prepare(sql);
    this.#searches.set(sql, statement);
    const values = conditions.flatMap((each) => each.values);
    return statement.all(...marks, ...values, limit).map(hitOfRow);
  }

  #setSecureDelete(value: 0 | 1): void {
    // FTS5 requires an integer, and JavaScript numbers are bound as floats.
    this.#database
      .prepare(
        `INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', ${value})`,
      )
      .run();
  }
}

function hitOfRow(row: SqlRow): SearchHit {
  const message = optionalTextColumn(row, 'message');
  return {
    conversationId: conversationId.from(textColumn(row, 'conversation')),
    conversationTitle: textColumn(row, 'title'),
    messageId: message === undefined ? null : messageId.from(message),
    snippet: snippetPieces(textColumn(row, 'snippet')),
    createdAtMs: numberColumn(row, 'created_at_ms'),
  };
}
