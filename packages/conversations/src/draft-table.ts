import { textColumn, type Database, type SqlRow, type Statement } from '@postern/database';
import { conversationId, type ConversationId, type Draft } from '@postern/protocol';

/** The `place` of the message that starts a new conversation. */
const NEW = 'new';

/** Statements for the table `draft`. Use them inside an attempt or transaction. */
export class DraftTable {
  readonly #all: Statement;
  readonly #save: Statement;
  readonly #delete: Statement;
  readonly #deleteOf: Statement;

  constructor(database: Database) {
    this.#all = database.prepare('SELECT place, text FROM draft ORDER BY place');
    this.#save = database.prepare(
      `INSERT INTO draft (place, text) VALUES (?, ?)
       ON CONFLICT (place) DO UPDATE SET text = excluded.text`,
    );
    this.#delete = database.prepare('DELETE FROM draft WHERE place = ?');
    this.#deleteOf = database.prepare(
      'DELETE FROM draft WHERE place = (SELECT id FROM conversation WHERE row = ?)',
    );
  }

  all(): Draft[] {
    return this.#all.all().map(draftOfRow);
  }

  save({ conversation, text }: Draft): void {
    this.#save.run(conversation ?? NEW, text.toWellFormed());
  }

  delete(conversation: ConversationId | null): void {
    this.#delete.run(conversation ?? NEW);
  }

  /** Deletes the draft of a conversation that is about to be deleted. */
  deleteOf(row: number): void {
    this.#deleteOf.run(row);
  }
}

function draftOfRow(row: SqlRow): Draft {
  const place = textColumn(row, 'place');
  return {
    conversation: place === NEW ? null : conversationId.from(place),
    text: textColumn(row, 'text'),
  };
}
