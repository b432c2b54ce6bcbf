import type { Result } from '@postern/kernel';
import type { Conversation, ConversationId, MessageId } from '@postern/protocol';
import type { StoreFailure } from './store-failure.ts';

/**
 * The branches of a conversation. Each message with all messages after it is a branch. As in
 * `ConversationStore`, each call is one transaction.
 */
export interface BranchStore {
  /** Shows the branch of this message from now on, instead of those of its siblings and of its ancestors' siblings. */
  choose(id: ConversationId, message: MessageId): Result<undefined, StoreFailure>;

  /** Hides a message and its branch; they can be restored until they are purged. */
  remove(id: ConversationId, message: MessageId): Result<undefined, StoreFailure>;

  /**
   * Undoes `remove`, except for what was removed before it. If the message before it was removed since then,
   * it stays hidden until that one is restored.
   */
  restore(id: ConversationId, message: MessageId): Result<undefined, StoreFailure>;

  /**
   * Permanently deletes branches removed before that time (milliseconds of the clock), as `purgeRemoved` deletes
   * conversations. Returns how many messages it deleted.
   */
  purge(removedBeforeMs: number): Result<number, StoreFailure>;

  /**
   * Creates a conversation with copies of the messages from the first one to this one. They have their own times. A
   * streaming answer is copied as it was saved last, as interrupted.
   */
  fork(id: ConversationId, message: MessageId, title: string): Result<Conversation, StoreFailure>;
}
