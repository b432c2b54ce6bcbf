import type { Result } from '@postern/kernel';
import type {
  ChatImport,
  ChatSettings,
  Conversation,
  ConversationId,
  Message,
  MessageId,
  UndoneImport,
} from '@postern/protocol';
import type { StoreFailure } from '../store-failure.ts';

/** A chat of another program, or of another Postern. */
export interface ImportedChat extends Omit<Conversation, 'id' | 'deletedAtMs'> {
  /** The program and the chat's id there, at most 300 characters. The same origin is the same chat. */
  readonly origin: string;
  /** The id to use if no chat has it. A chat that has it was not imported, and isn't touched. */
  readonly id?: ConversationId;
  readonly settings?: ChatSettings;
  /** Each after its parent. */
  readonly messages: readonly ImportedMessage[];
}

export interface ImportedMessage extends Omit<Message, 'id' | 'conversationId' | 'parentId'> {
  /** Its id in the other program, unique in its chat, at most 300 characters. */
  readonly origin: string;
  /** The origin of an earlier message of the same chat; null at its beginning. */
  readonly parent: string | null;
  /** The id to use if no message has it. */
  readonly id?: MessageId;
}

/** What decides which messages of a chat are new. */
export interface ChatOutline extends Pick<ImportedChat, 'id' | 'origin'> {
  readonly messages: readonly Pick<ImportedMessage, 'origin'>[];
}

/** One import of one file. It can be undone as a whole. */
export interface ImportRun {
  /** 26 characters. */
  readonly id: string;
  /** The name of the file's format, for a list of imports. */
  readonly source: string;
  readonly beganAtMs: number;
}

/** What an import did with a chat, or would do. */
export type ImportOutcome =
  /** `id` is undefined if nothing was written yet. */
  | { readonly kind: 'added'; readonly messages: number }
  /** An earlier import had added it, and these messages are new. */
  | { readonly kind: 'extended'; readonly messages: number }
  /** It is there already, with all its messages. */
  | { readonly kind: 'present' }
  /** An earlier import had added it, and it is in the trash. */
  | { readonly kind: 'in-trash' };

/** Imports into the store. Each call is one transaction; a failure changes nothing. */
export interface ChatImportStore {
  /**
   * Adds a chat, or the messages of it that are new. Never changes or deletes a chat or message that exists.
   * A power failure can lose it until `finish` succeeds; the end of the process can't.
   */
  add(run: ImportRun, chat: ImportedChat): Result<ImportOutcome, StoreFailure>;

  /** Adds several chats as `add` does, in one transaction, which takes less time than one for each. */
  addAll(
    run: ImportRun,
    chats: readonly ImportedChat[],
  ): Result<readonly ImportOutcome[], StoreFailure>;

  /** What `add` would do. Changes nothing. */
  preview(chat: ImportedChat): Result<ImportOutcome, StoreFailure>;

  /** The origins of the messages that `add` would add. Changes nothing. */
  freshOrigins(chat: ChatOutline): Result<ReadonlySet<string>, StoreFailure>;

  /** Syncs everything that was added to the disk. */
  finish(): Result<undefined, StoreFailure>;

  /** The imports of which something is left, the last one first, at most 100. */
  list(): Result<readonly ChatImport[], StoreFailure>;

  /**
   * Permanently deletes what an import added: its chats, and its messages in chats of earlier imports. A chat
   * that was continued since stays, and so does a message with an answer that wasn't imported with it. Fails
   * with `import-not-found` if nothing is left of it.
   */
  undo(id: string): Result<UndoneImport, StoreFailure>;
}
