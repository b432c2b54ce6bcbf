import type { DatabaseFailure } from '@postern/database';
import type { Result } from '@postern/kernel';
import type {
  AnswerFailure,
  Conversation,
  ConversationId,
  ConversationPage,
  ConversationView,
  Extra,
  Message,
  MessageId,
  MessageStatus,
  Part,
  ProviderId,
  Role,
  SearchHit,
  StopReason,
  Usage,
} from '@postern/protocol';

export type StoreFailure =
  | DatabaseFailure
  /** There is no such conversation, or it is removed. */
  | { readonly reason: 'conversation-not-found' }
  | { readonly reason: 'message-not-found' }
  /** The stored data isn't a valid message; the rest of the conversation is readable. */
  | { readonly reason: 'message-damaged' }
  /** The parts, as JSON, are longer than can be stored. */
  | { readonly reason: 'message-too-large'; readonly maxLength: number };

export interface NewConversation {
  readonly title: string;
  readonly provider?: ProviderId;
  readonly model?: string;
}

export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly before?: ConversationId;
}

export interface NewMessage {
  readonly conversationId: ConversationId;
  /** A message of the same conversation; null at its beginning. */
  readonly parentId: MessageId | null;
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly status: MessageStatus;
  readonly provider?: ProviderId;
  readonly model?: string;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  readonly failure?: AnswerFailure;
  readonly extra?: Extra;
}

/** Omitted fields stay unchanged. */
export interface MessageChange {
  readonly parts?: readonly Part[];
  readonly status?: MessageStatus;
  readonly model?: string;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  readonly failure?: AnswerFailure;
  readonly extra?: Extra;
}

/**
 * The store of conversations. Synchronous: each call is one transaction, which is committed (to the
 * disk, if there is one) when it returns. A failure changes nothing.
 */
export interface ConversationStore {
  create(input: NewConversation): Result<Conversation, StoreFailure>;

  /**
   * A page of the conversations that are not removed, newest updated first. Going on from `next`
   * leaves none out; one that is updated in between moves to the beginning, and where that was
   * `next` itself, the pages after it repeat what came before.
   */
  list(page: PageRequest): Result<ConversationPage, StoreFailure>;

  /**
   * A conversation with every message of its tree, oldest first. A damaged message is returned as
   * an empty one with the status `failed` and the code DATABASE_DAMAGED.
   */
  open(id: ConversationId): Result<ConversationView, StoreFailure>;

  /** The conversation without its messages. */
  conversation(id: ConversationId): Result<Conversation, StoreFailure>;

  /** Does not count as an update: the conversation keeps its place in the list. */
  rename(id: ConversationId, title: string): Result<Conversation, StoreFailure>;

  /** Hides it from lists and search; it can be restored until it is purged. */
  remove(id: ConversationId): Result<Conversation, StoreFailure>;

  /** Undoes `remove`; does nothing to a conversation that is not removed. */
  restore(id: ConversationId): Result<Conversation, StoreFailure>;

  /**
   * Permanently deletes conversations removed before that time (milliseconds of the clock): the
   * rows, their entries in the search index, and what SQLite would leave of both in free pages and
   * in the log. The number of conversations deleted. Takes some milliseconds for each message,
   * seconds for thousands.
   */
  purgeRemoved(removedBeforeMs: number): Result<number, StoreFailure>;

  /** Also updates the conversation's time, and its provider and model if they are given. */
  addMessage(input: NewMessage): Result<Message, StoreFailure>;

  /** Searchable as soon as its status is not `streaming`. */
  updateMessage(id: MessageId, change: MessageChange): Result<Message, StoreFailure>;

  message(id: MessageId): Result<Message, StoreFailure>;

  /**
   * Marks every message that is still `streaming` as `interrupted`, and returns how many. Called at
   * startup by the only process that writes answers.
   */
  markInterrupted(): Result<number, StoreFailure>;

  /**
   * Conversations whose title, then messages whose text holds all words of the query, newest first.
   * The last word may be the beginning of one. Case and accents do not count; in scripts without
   * spaces every run of characters is found. The query has no syntax: quotes, operators and
   * asterisks are text. At most `limit` (1 to 200) in all.
   */
  search(query: string, limit: number): Result<readonly SearchHit[], StoreFailure>;

  /** Closes the store, which drops conversations in memory. Any later call throws. */
  close(): void;
}
