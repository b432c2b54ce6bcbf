import type { ChatSettings } from './chat-settings.ts';
import type { ConversationNumbers } from './conversation-numbers.ts';
import type { Conversation, Message } from './conversation.ts';
import type { MessageId } from './ids.ts';

export interface ConversationView {
  readonly conversation: Conversation;
  /** Every message of the tree, oldest first. */
  readonly messages: readonly Message[];
  /** The messages chosen among their siblings. Absent for none; elsewhere the newest sibling is shown. */
  readonly choices?: readonly MessageId[];
  /** Absent if nothing is set. */
  readonly settings?: ChatSettings;
}

/** What the tree needs of a message. */
export type MessageOutline = Pick<Message, 'id' | 'parentId' | 'role' | 'createdAtMs'>;

/** A conversation with its newest messages only, so that a long one opens quickly. */
export interface ConversationEnd extends ConversationView {
  /** Oldest first; `messages` follows them. */
  readonly earlier: readonly MessageOutline[];
  /** Of the earlier messages, and of the request for a title. */
  readonly earlierNumbers: ConversationNumbers;
  /** The newest ones, oldest first, and an answer that is streaming. */
  readonly messages: readonly Message[];
}
