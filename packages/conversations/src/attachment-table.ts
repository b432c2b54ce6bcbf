import {
  numberColumn,
  optionalNumberColumn,
  textColumn,
  type Database,
  type SqlRow,
  type Statement,
} from '@postern/database';
import { failed, Fault, ok, type Result } from '@postern/kernel';
import {
  attachmentId,
  ATTACHMENT_TYPE_NAMES,
  type Attachment,
  type AttachmentId,
  type AttachmentType,
  type Message,
  type MessagePart,
} from '@postern/protocol';
import { attachmentsOf } from './attachments-of.ts';
import type { AttachmentStore } from './attachment-store.ts';
import type { StoreFailure } from './store-failure.ts';

export interface StoredAttachment {
  readonly row: number;
  readonly attachment: Attachment;
  readonly isFinished: boolean;
}

const UNUSED = `NOT EXISTS (SELECT 1 FROM message_attachment WHERE attachment = a.row)
  AND NOT EXISTS (SELECT 1 FROM draft_attachment WHERE attachment = a.row)`;

/** Statements for the tables of attachments. Use them inside an attempt or transaction. */
export class AttachmentTable {
  readonly #insert: Statement;
  readonly #addPiece: Statement;
  readonly #length: Statement;
  readonly #finish: Statement;
  readonly #find: Statement;
  readonly #piece: Statement;
  readonly #stored: Statement;
  readonly #unused: Statement;
  readonly #deleteUnused: Statement;
  readonly #usedIn: Statement;
  readonly #forget: Statement;
  readonly #use: Statement;
  readonly #useInDraft: Statement;
  readonly #ofDraft: Statement;

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO attachment (id, name, media_type, size, width, height, begun_at_ms, finished)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
    );
    this.#addPiece = database.prepare(
      `INSERT INTO attachment_piece (attachment, number, bytes)
       VALUES (?, (SELECT count(*) FROM attachment_piece WHERE attachment = ?), ?)`,
    );
    this.#length = database.prepare(
      'SELECT sum(length(bytes)) AS size FROM attachment_piece WHERE attachment = ?',
    );
    this.#finish = database.prepare('UPDATE attachment SET finished = 1 WHERE row = ?');
    this.#find = database.prepare('SELECT * FROM attachment WHERE id = ?');
    this.#piece = database.prepare(
      'SELECT bytes FROM attachment_piece WHERE attachment = ? AND number = ?',
    );
    this.#stored = database.prepare('SELECT sum(size) AS size FROM attachment');
    this.#unused = database.prepare(
      `SELECT row FROM attachment AS a WHERE begun_at_ms < ? AND ${UNUSED}`,
    );
    this.#deleteUnused = database.prepare(
      `DELETE FROM attachment AS a WHERE row = ? AND ${UNUSED}`,
    );
    this.#usedIn = database.prepare(
      `SELECT u.attachment FROM message AS m JOIN message_attachment AS u ON u.message = m.row
       WHERE m.conversation = ?
       UNION ALL
       SELECT d.attachment FROM conversation AS c JOIN draft_attachment AS d ON d.place = c.id
       WHERE c.row = ?`,
    );
    this.#forget = database.prepare('DELETE FROM message_attachment WHERE message = ?');
    this.#use = database.prepare(
      'INSERT OR IGNORE INTO message_attachment (message, attachment) VALUES (?, ?)',
    );
    this.#useInDraft = database.prepare(
      'INSERT INTO draft_attachment (place, number, attachment) VALUES (?, ?, ?)',
    );
    this.#ofDraft = database.prepare(
      `SELECT a.* FROM draft_attachment AS d JOIN attachment AS a ON a.row = d.attachment
       WHERE d.place = ? ORDER BY d.number`,
    );
  }

  /** Its row. */
  insert(attachment: Attachment, begunAtMs: number): number {
    const { id, name, mediaType, size, width = null, height = null } = attachment;
    const values = [id, name, mediaType, size, width, height, begunAtMs];
    return this.#insert.run(...values).lastRow;
  }

  /** Adds the attachments that messages of another store use, under their ids. */
  copyFrom(
    other: AttachmentStore,
    messages: readonly Message[],
    nowMs: number,
  ): Result<undefined, StoreFailure> {
    for (const attachment of attachmentsOf(messages)) {
      const row = this.insert(attachment, nowMs);
      for (let index = 0; ; index += 1) {
        const piece = other.piece(attachment.id, index);
        if (!piece.ok) return piece;
        if (piece.value === undefined) break;
        this.addPiece(row, piece.value);
      }
      this.finish(row);
    }
    return ok();
  }

  addPiece(row: number, bytes: Uint8Array): void {
    this.#addPiece.run(row, row, bytes);
  }

  /** The bytes of all pieces of an attachment. */
  lengthOf(row: number): number {
    const found = this.#length.get(row);
    return (found && optionalNumberColumn(found, 'size')) ?? 0;
  }

  finish(row: number): void {
    this.#finish.run(row);
  }

  find(id: AttachmentId): Result<StoredAttachment, StoreFailure> {
    const row = this.#find.get(id);
    if (row === undefined) return failed({ reason: 'attachment-not-found' });
    return ok({
      row: numberColumn(row, 'row'),
      attachment: attachmentOfRow(row),
      isFinished: numberColumn(row, 'finished') === 1,
    });
  }

  findFinished(id: AttachmentId): Result<StoredAttachment, StoreFailure> {
    const found = this.find(id);
    return found.ok && !found.value.isFinished ? failed({ reason: 'attachment-not-found' }) : found;
  }

  piece(row: number, index: number): Uint8Array | undefined {
    const bytes = this.#piece.get(row, index)?.['bytes'];
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  /** The size of all attachments together. */
  storedBytes(): number {
    const found = this.#stored.get();
    return (found && optionalNumberColumn(found, 'size')) ?? 0;
  }

  unused(begunBeforeMs: number): number[] {
    return this.#unused.all(begunBeforeMs).map((row) => numberColumn(row, 'row'));
  }

  /** Deletes those of the attachments that nothing uses, and returns how many. */
  deleteUnused(rows: Iterable<number>): number {
    let count = 0;
    for (const row of rows) count += this.#deleteUnused.run(row).changes;
    return count;
  }

  /** The attachments that messages or the draft of a conversation use. */
  usedIn(conversation: number): Set<number> {
    return new Set(
      this.#usedIn.all(conversation, conversation).map((row) => numberColumn(row, 'attachment')),
    );
  }

  /** Records which attachments a message uses, instead of those that it used before. */
  setUsesOf(message: number, parts: readonly MessagePart[]): Result<undefined, StoreFailure> {
    this.#forget.run(message);
    for (const part of parts) {
      if (part.kind !== 'attachment') continue;
      const found = this.findFinished(part.id);
      if (!found.ok) return found;
      this.#use.run(message, found.value.row);
    }
    return ok();
  }

  /** Records the attachments of a draft that was just stored without any. */
  useInDraft(place: string, attachments: readonly Attachment[]): Result<undefined, StoreFailure> {
    for (const [number, { id }] of attachments.entries()) {
      const found = this.findFinished(id);
      if (!found.ok) return found;
      this.#useInDraft.run(place, number, found.value.row);
    }
    return ok();
  }

  ofDraft(place: string): Attachment[] {
    return this.#ofDraft.all(place).map(attachmentOfRow);
  }
}

function attachmentOfRow(row: SqlRow): Attachment {
  const width = optionalNumberColumn(row, 'width');
  const height = optionalNumberColumn(row, 'height');
  return {
    id: attachmentId.from(textColumn(row, 'id')),
    name: textColumn(row, 'name'),
    mediaType: mediaTypeOf(textColumn(row, 'media_type')),
    size: numberColumn(row, 'size'),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  };
}

function mediaTypeOf(written: string): AttachmentType {
  const type = ATTACHMENT_TYPE_NAMES.find((name) => name === written);
  if (type === undefined) throw new Fault('a stored attachment has an unknown type');
  return type;
}
