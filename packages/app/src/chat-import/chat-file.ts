import type { NoteCounts, ReadChat } from '@postern/chat-importers';
import type { ChatSource, Problem } from '@postern/protocol';
import type { ArchivedFiles } from './archived-files.ts';
import type { Pauses } from './pauses.ts';

/** How a file ended: undefined if it is whole. */
export type ChatFileProblem = Problem | undefined;

/** The chats of one file, or of the files in an archive. */
export interface ChatFile {
  readonly source: ChatSource | undefined;
  readonly notes: readonly NoteCounts[];
  /** The files beside the chats in an archive. */
  readonly files?: ArchivedFiles | undefined;
  /** Reads it to its end, or until nothing more is needed. */
  read(): Promise<ChatFileProblem>;
}

export interface ChatFileParts {
  readonly nowMs: number;
  readonly pauses: Pauses;
  /** Called for one chat after the other. False ends everything. */
  readonly onChat: (read: ReadChat) => Promise<boolean>;
}
