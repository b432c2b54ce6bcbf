import type { Result } from '@postern/kernel';
import type {
  AnswerFailure,
  AnswerMeasures,
  AnswerNumbers,
  ChatSettings,
  ComparisonPlace,
  Conversation,
  ConversationChange,
  ConversationEnd,
  ConversationId,
  ConversationPage,
  ConversationPlace,
  ConversationView,
  Draft,
  Extra,
  Labels,
  Message,
  MessageId,
  MessagePart,
  MessageStatus,
  ProviderId,
  Role,
  SearchFilters,
  SearchHit,
  StopReason,
  Usage,
} from '@postern/protocol';
import type { AttachmentStore } from './attachment-store.ts';
import type { BranchStore } from './branch-store.ts';
import type { ChatImportStore } from './import/imported-chat.ts';
import type { StoreFailure } from './store-failure.ts';

export type { StoreFailure };

/** The hits of a search. */
export type SearchResult = Result<readonly SearchHit[], StoreFailure>;

export interface NewConversation {
  readonly title: string;
  readonly provider?: ProviderId;
  readonly model?: string;
  readonly settings?: ChatSettings;
}

export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  /** Only conversations of this list. Default: all that aren't removed. */
  readonly place?: ConversationPlace;
  /** The `next` of the page before. */
  readonly before?: ConversationId;
}

export interface NewMessage {
  readonly conversationId: ConversationId;
  /** A message of the same conversation; null at its beginning. */
  readonly parentId: MessageId | null;
  readonly role: Role;
  readonly parts: readonly MessagePart[];
  readonly status: MessageStatus;
  readonly provider?: ProviderId;
  readonly model?: string;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  readonly measures?: AnswerMeasures;
  readonly failure?: AnswerFailure;
  readonly extra?: Extra;
  readonly edited?: true;
  readonly comparison?: ComparisonPlace;
}

/** Omitted fields stay unchanged. */
export interface MessageChange {
  readonly parts?: readonly MessagePart[];
  readonly status?: MessageStatus;
  readonly provider?: ProviderId;
  readonly model?: string;
  /** null: it has none any more. */
  readonly stopReason?: StopReason | null;
  readonly usage?: Usage;
  readonly measures?: AnswerMeasures;
  /** null: it has none any more. */
  readonly failure?: AnswerFailure | null;
  readonly extra?: Extra;
}

/** How the answers of conversations are requested. */
export interface ChatSettingsStore {
  /** The settings of a conversation, or of the next new one (null); undefined if none were saved. */
  find(conversation: ConversationId | null): Result<ChatSettings | undefined, StoreFailure>;

  /** Replaces them. Undefined deletes them. */
  save(
    conversation: ConversationId | null,
    settings: ChatSettings | undefined,
  ): Result<undefined, StoreFailure>;
}

/**
 * The store of conversations. Synchronous: each call is one transaction, which is committed (to the
 * disk, if there is one) when it returns. A failure changes nothing.
 */
export interface ConversationStore {
  readonly branches: BranchStore;

  create(input: NewConversation): Result<Conversation, StoreFailure>;

  /**
   * Adds a conversation of another store with its messages and the attachments that they use, under their ids and
   * times, in one transaction. An id that is taken already is a bug.
   */
  adopt(view: ConversationView, files: AttachmentStore): Result<Conversation, StoreFailure>;

  /**
   * A page of conversations, without removed ones, most recently updated first. Paging with `next` skips none. A
   * conversation that is updated in between moves to the start. If that was `next` itself, later pages repeat
   * earlier entries.
   */
  list(page: PageRequest): Result<ConversationPage, StoreFailure>;

  /** Every conversation, without removed ones, most recently updated first. */
  ids(): Result<readonly ConversationId[], StoreFailure>;

  /**
   * A conversation with every message of its tree, oldest first. A damaged message is returned as
   * an empty one with the status `failed` and the code DATABASE_DAMAGED. Damaged settings are left out.
   */
  open(id: ConversationId): Result<ConversationView, StoreFailure>;

  /** A conversation with its newest messages, at most `count`, and an outline of the others. */
  openEnd(id: ConversationId, count: number): Result<ConversationEnd, StoreFailure>;

  /** Those of the given messages that are in the conversation, oldest first. Damaged ones as in `open`. */
  messages(id: ConversationId, ids: readonly MessageId[]): Result<readonly Message[], StoreFailure>;

  /** The conversation without its messages. */
  conversation(id: ConversationId): Result<Conversation, StoreFailure>;

  /**
   * Gives it a title that the user typed. Doesn't count as an update: the conversation keeps its position in the
   * list.
   */
  rename(id: ConversationId, title: string): Result<Conversation, StoreFailure>;

  /**
   * Gives it an automatic title, unless the user typed one. `numbers` are those of the request for the title, which
   * are stored in any case.
   */
  suggestTitle(
    id: ConversationId,
    title: string,
    numbers?: AnswerNumbers,
  ): Result<Conversation, StoreFailure>;

  /**
   * Changes all of these conversations and returns them. Skips unknown ones, and removed ones unless the change
   * restores them. Doesn't count as an update.
   */
  organise(
    ids: readonly ConversationId[],
    change: ConversationChange,
  ): Result<readonly Conversation[], StoreFailure>;

  /** All folders, and the first 10,000 tags by name. A tag exists as long as a conversation has it. */
  labels(): Result<Labels, StoreFailure>;

  /** Does nothing if it exists. */
  createFolder(name: string): Result<undefined, StoreFailure>;

  renameFolder(name: string, newName: string): Result<undefined, StoreFailure>;

  /** Its conversations stay, in no folder. Does nothing if it doesn't exist. */
  deleteFolder(name: string): Result<undefined, StoreFailure>;

  /** Hides it from lists and search; it can be restored until it is purged. */
  remove(id: ConversationId): Result<Conversation, StoreFailure>;

  /** Undoes `remove`; does nothing if the conversation isn't removed. */
  restore(id: ConversationId): Result<Conversation, StoreFailure>;

  /**
   * Permanently deletes conversations removed before that time (milliseconds of the clock): their rows, their
   * entries in the search index, attachments that nothing else uses, and remains of both in SQLite's free pages and log. Returns how many it deleted.
   * Takes some milliseconds per message, so seconds for thousands.
   */
  purgeRemoved(removedBeforeMs: number): Result<number, StoreFailure>;

  /** Removed conversations that weren't purged, the last removed first: `limit` of them, 1 to 500. */
  listRemoved(limit: number): Result<readonly Conversation[], StoreFailure>;

  /** Permanently deletes one removed conversation as `purgeRemoved` does. Fails for others. */
  purge(id: ConversationId): Result<number, StoreFailure>;

  /**
   * Also updates the conversation's time, and its provider and model if they are given. The new message is
   * shown instead of its siblings.
   */
  addMessage(input: NewMessage): Result<Message, StoreFailure>;

  /** The message is searchable when its status isn't `streaming`. */
  updateMessage(id: MessageId, change: MessageChange): Result<Message, StoreFailure>;

  message(id: MessageId): Result<Message, StoreFailure>;

  /**
   * Marks every message that is still `streaming` as `interrupted`, and returns how many. Called at
   * startup by the only process that writes answers.
   */
  markInterrupted(): Result<number, StoreFailure>;

  /**
   * Finds conversations whose title, then messages whose text contains all words of the query, newest first. The
   * last word may be incomplete. Ignores case and accents. In scripts without spaces it finds any run of
   * characters. The query has no syntax: quotes, operators and asterisks are text. Returns at most `limit` titles
   * (1 to 200) and as many messages. Without words, the filters find conversations, the most recently updated first;
   * `role` finds only messages. With filters, the newest 5,000 messages that have the words are examined.
   */
  search(query: string, limit: number, filters?: SearchFilters): SearchResult;

  /** The messages that were typed but not sent, at most one per conversation. */
  drafts(): Result<readonly Draft[], StoreFailure>;

  /** Replaces the draft of a conversation, or of the next one. Without text and attachments, deletes it. */
  saveDraft(draft: Draft): Result<undefined, StoreFailure>;

  /** Chats of other programs. */
  readonly imports: ChatImportStore;
  readonly settings: ChatSettingsStore;

  /** The files that messages and drafts use. */
  readonly attachments: AttachmentStore;

  /** Closes the store, which drops conversations in memory. Any later call throws. */
  close(): void;
}
