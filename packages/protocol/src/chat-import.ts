import type { Problem } from './problem.ts';

/** The programs whose chats can be imported, with the names that users know. */
export const CHAT_SOURCES = {
  postern: 'Postern',
  chatgpt: 'ChatGPT',
  claude: 'Claude',
  'open-webui': 'Open WebUI',
  librechat: 'LibreChat',
  'chat-linux-client': 'Chat Linux Client',
  'claude-for-linux': 'Claude for Linux',
} as const;

export type ChatSource = keyof typeof CHAT_SOURCES;

/** Why a chat wasn't imported. */
export const CHAT_SKIP_REASONS = {
  malformed: "It isn't valid JSON.",
  unknown: "It isn't a chat of this program.",
  empty: 'It has no messages.',
  'too-large': 'It is larger than 64 MB.',
  'too-deep': 'It is nested too deeply.',
  'too-many-messages': 'It has more than 100,000 messages.',
  'forbidden-key': 'It contains a key that only an attack would use.',
  damaged: 'It is in a damaged place of the file.',
  'message-too-large': 'One of its messages is larger than Postern can store.',
} as const;

export type ChatSkipReason = keyof typeof CHAT_SKIP_REASONS;

/** What was imported differently from how it was. */
export const CHAT_IMPORT_NOTES = {
  'image-left-out': "Images that aren't in the file. Their place in the message names them.",
  'file-left-out': "Attached files that aren't in the file. Their place in the message names them.",
  'attachment-refused':
    "Images and files that can't be attached, because they are damaged, of an unknown type or larger than 20 MB. Their place in the message names them.",
  'content-unknown': 'Content of an unknown kind. It is shown as JSON.',
  'time-replaced': 'Impossible times. The nearest known time is used instead.',
  'id-replaced': 'Messages without a usable id of their own.',
  'parent-missing': 'Messages whose place in the chat was damaged. They begin a branch.',
  'label-left-out': "Folders and tags whose names can't be used.",
  'title-shortened': 'Titles that were too long.',
  'log-left-out':
    'Database whose newest chats can be in a file beside it, with a name that ends in -wal. To import these too, close the program and import the database again.',
} as const;

export type ChatImportNote = keyof typeof CHAT_IMPORT_NOTES;

export interface SkippedChat {
  /** Its place in the file, counted from 1, or its id in the database of the program. */
  readonly place: string;
  readonly why: ChatSkipReason;
}

/** How many chats of one file an import handled so far. */
export interface ChatImportCounts {
  readonly added: number;
  /** There already, and now with new messages. */
  readonly extended: number;
  /** There already. */
  readonly present: number;
  /** There already, in the trash. */
  readonly inTrash: number;
  readonly skipped: number;
  /** Messages that were added. */
  readonly messages: number;
}

/** What an import did with one file. */
export interface ChatImportReport {
  /** For `postern chat imports undo`; null if nothing was added. */
  readonly id: string | null;
  /** null if no chat was recognized. */
  readonly source: ChatSource | null;
  readonly counts: ChatImportCounts;
  /** The first 1,000. */
  readonly skipped: readonly SkippedChat[];
  /** How often each applies. */
  readonly notes: Readonly<Partial<Record<ChatImportNote, number>>>;
  /** Why the import ended early; null if it didn't. */
  readonly problem: Problem | null;
}

/** An earlier import of which something is left. */
export interface ChatImport {
  readonly id: string;
  readonly source: string;
  readonly beganAtMs: number;
  /** Chats that it added and that are still there. */
  readonly chats: number;
  readonly messages: number;
}

export interface UndoneImport {
  readonly chats: number;
  readonly messages: number;
  /** Chats that stay, because they were continued after the import. */
  readonly kept: number;
}

/** A part of a file that the page imports. */
export interface WantedPart {
  readonly at: number;
  readonly bytes: number;
}

/** The response to each part of a file that the page imports. */
export interface ChatImportProgress {
  readonly source: ChatSource | null;
  readonly counts: ChatImportCounts;
  /** How much of the file was read. */
  readonly bytesRead: number;
  /** The part to send next; null if nothing more is needed. */
  readonly next: WantedPart | null;
}

export interface ChatImportBegun extends ChatImportProgress {
  /** For the next requests of this import; not the id for undoing it. */
  readonly id: string;
}
