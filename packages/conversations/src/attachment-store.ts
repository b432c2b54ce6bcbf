import type { Result } from '@postern/kernel';
import type { Attachment, AttachmentId } from '@postern/protocol';
import type { StoreFailure } from './store-failure.ts';

/** The largest piece in bytes. Writing or reading one takes about a millisecond. */
export const ATTACHMENT_PIECE_BYTES = 256 * 1024;

export type NewAttachment = Omit<Attachment, 'id'>;

/**
 * The files that users added to messages. Each is written and read in pieces, so that the process does other work
 * in between. A message or draft uses it by its id. It is deleted with the last message or draft that uses it.
 */
export interface AttachmentStore {
  /** Begins an attachment without bytes, which only `append` and `finish` find. Checks the limit of all together. */
  begin(input: NewAttachment): Result<AttachmentId, StoreFailure>;

  /** Adds a piece to the end of an unfinished attachment. On a disk only after `finish`. */
  append(id: AttachmentId, piece: Uint8Array): Result<undefined, StoreFailure>;

  /** Everybody finds it from now on. Fails if it doesn't have the size that it was begun with. */
  finish(id: AttachmentId): Result<Attachment, StoreFailure>;

  find(id: AttachmentId): Result<Attachment, StoreFailure>;

  /** One piece of a finished attachment, counted from 0; undefined after the last one. */
  piece(id: AttachmentId, index: number): Result<Uint8Array | undefined, StoreFailure>;

  /**
   * Permanently deletes attachments that were begun before that time (milliseconds of the clock) and that no
   * message and no draft uses, finished or not. Returns how many.
   */
  removeUnused(begunBeforeMs: number): Result<number, StoreFailure>;
}
