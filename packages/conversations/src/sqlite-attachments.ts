import type { Database } from '@postern/database';
import {
  failed,
  Fault,
  ok,
  sortableId,
  type Clock,
  type Randomness,
  type Result,
} from '@postern/kernel';
import { attachmentId, type Attachment, type AttachmentId } from '@postern/protocol';
import {
  ATTACHMENT_PIECE_BYTES,
  type AttachmentStore,
  type NewAttachment,
} from './attachment-store.ts';
import type { AttachmentTable } from './attachment-table.ts';
import type { StoreFailure } from './conversation-store.ts';
import { erase } from './method-results.ts';

export interface StoreEnvironment {
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Of all attachments of the store together. */
  readonly maxAttachmentBytes: number;
}

/** The attachments in the database of the conversations. */
export class SqliteAttachments implements AttachmentStore {
  readonly #database: Database;
  readonly #table: AttachmentTable;
  readonly #environment: StoreEnvironment;

  constructor(database: Database, table: AttachmentTable, environment: StoreEnvironment) {
    this.#database = database;
    this.#table = table;
    this.#environment = environment;
  }

  begin(input: NewAttachment): Result<AttachmentId, StoreFailure> {
    const { clock, randomness, maxAttachmentBytes: maxBytes } = this.#environment;
    const nowMs = clock.nowMs();
    const id = attachmentId.from(sortableId(nowMs, randomness));
    return this.#database.runUnsynced<AttachmentId, StoreFailure>(() => {
      if (this.#table.storedBytes() + input.size > maxBytes) {
        return failed({ reason: 'attachments-full', maxBytes });
      }
      this.#table.insert({ ...input, id }, nowMs);
      return ok(id);
    });
  }

  append(id: AttachmentId, piece: Uint8Array): Result<undefined, StoreFailure> {
    if (piece.length === 0 || piece.length > ATTACHMENT_PIECE_BYTES) {
      throw new Fault(`a piece has 1 to ${ATTACHMENT_PIECE_BYTES} bytes`);
    }
    return this.#database.runUnsynced<undefined, StoreFailure>(() => {
      const found = this.#table.find(id);
      if (!found.ok) return found;
      if (found.value.isFinished) return failed({ reason: 'attachment-not-found' });
      this.#table.addPiece(found.value.row, piece);
      return ok();
    });
  }

  finish(id: AttachmentId): Result<Attachment, StoreFailure> {
    return this.#database.runInTransaction<Attachment, StoreFailure>(() => {
      const found = this.#table.find(id);
      if (!found.ok) return found;
      const { row, attachment } = found.value;
      if (this.#table.lengthOf(row) !== attachment.size) {
        return failed({ reason: 'attachment-incomplete' });
      }
      this.#table.finish(row);
      return ok(attachment);
    });
  }

  find(id: AttachmentId): Result<Attachment, StoreFailure> {
    const found = this.#database.attempt(() => this.#table.findFinished(id));
    if (!found.ok) return found;
    return found.value.ok ? ok(found.value.value.attachment) : found.value;
  }

  piece(id: AttachmentId, index: number): Result<Uint8Array | undefined, StoreFailure> {
    const read = this.#database.attempt(() => {
      const found = this.#table.findFinished(id);
      return found.ok ? ok(this.#table.piece(found.value.row, index)) : found;
    });
    return read.ok ? read.value : read;
  }

  removeUnused(begunBeforeMs: number): Result<number, StoreFailure> {
    return erase(this.#database, () =>
      ok(this.#table.deleteUnused(this.#table.unused(begunBeforeMs))),
    );
  }
}
