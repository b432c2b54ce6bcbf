import type { Result } from '@postern/kernel';
import type { AttachmentPart, ConversationView } from '@postern/protocol';

/** The bytes of an attachment as base64. It fails if they can't be read, or if the file would have too many then. */
export type ReadAttachment = (
  attachment: AttachmentPart,
) => Result<string, 'missing' | 'over-limit'>;

/** One format of exported chats. The texts that it returns, in order, are the file. */
export interface ExportFormat {
  /** Without the dot. */
  readonly extension: string;
  /** For a download. */
  readonly mediaType: string;
  /** What the attachments in one file may have together. */
  readonly maxAttachmentBytes: number;
  /** Everything before the first chat. */
  head(exportedAtMs: number): string;
  /** One chat. `index` counts from 0. */
  chat(view: ConversationView, index: number, read: ReadAttachment): Iterable<string>;
  /** Everything after the last one. */
  readonly tail: string;
}
