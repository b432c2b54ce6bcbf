import { textColumn, type Database, type Statement } from '@postern/database';
import { ok, type Result } from '@postern/kernel';
import { conversationId, type Draft } from '@postern/protocol';
import type { AttachmentTable } from './attachment-table.ts';
import type { StoreFailure } from './conversation-store.ts';

/** The `place` of the message that starts a new conversation. */
const NEW = 'new';

/** Statements for the table `draft`. Use them inside an attempt or transaction. */
export class DraftTable {
  readonly #all: Statement;
  readonly #insert: Statement;
  readonly #delete: Statement;
  readonly #deleteOf: Statement;

  readonly #attachments: AttachmentTable;

  constructor(database: Database, attachments: AttachmentTable) {
    this.#attachments = attachments;
    this.#all = database.prepare('SELECT place, text FROM draft ORDER BY place');
    this.#insert = database.prepare('INSERT INTO draft (place, text) VALUES (?, ?)');
    this.#delete = database.prepare('DELETE FROM draft WHERE place = ?');
    this.#deleteOf = database.prepare(
      'DELETE FROM draft WHERE place = (SELECT id FROM conversation WHERE row = ?)',
    );
  }

  all(): Draft[] {
    return this.#all.all().map((row) => {
      const place = textColumn(row, 'place');
      const attachments = this.#attachments.ofDraft(place);
      return {
        conversation: place === NEW ? null : conversationId.from(place),
        text: textColumn(row, 'text'),
        ...(attachments.length === 0 ? {} : { attachments }),
      };
    });
  }

  /** Replaces a draft. Without text and attachments, deletes it. */
  replace({ conversation, text, attachments = [] }: Draft): Result<undefined, StoreFailure> {
    const place = conversation ?? NEW;
    // Its use of attachments ends with it.
    this.#delete.run(place);
    if (text === '' && attachments.length === 0) return ok();
    this.#insert.run(place, text.toWellFormed());
    return this.#attachments.useInDraft(place, attachments);
  }

  /** Deletes the draft of a conversation that is about to be deleted. */
  deleteOf(row: number): void {
    this.#deleteOf.run(row);
  }
}
