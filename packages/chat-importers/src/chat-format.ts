import type { JsonObject, Result } from '@postern/kernel';
import type { ChatSkipReason } from '@postern/protocol';
import type { ReadChatContent } from './found-chat.ts';
import type { NoteCounts } from './note-counts.ts';

export interface ReadingContext {
  readonly nowMs: number;
  readonly notes: NoteCounts;
}

/** Recognizes and reads the chats of one program, each given as JSON. */
export interface ChatFormat {
  /** Whether the value looks like a chat of this program. */
  fits(value: JsonObject): boolean;
  /** Changes nothing. A chat that it can't read is skipped, and the rest of the file is read. */
  read(value: JsonObject, context: ReadingContext): Result<ReadChatContent, ChatSkipReason>;
}
