import type { Attachment } from './attachment.ts';
import type { ConversationId } from './ids.ts';

/** A message that was typed but not sent. */
export interface Draft {
  /** null: the first message of a new conversation. */
  readonly conversation: ConversationId | null;
  readonly text: string;
  /** Absent: none. */
  readonly attachments?: readonly Attachment[];
}
