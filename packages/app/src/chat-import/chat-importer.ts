import { ChatReader, type ReadChat } from '@postern/chat-importers';
import {
  describeStoreFailure,
  type ChatImportStore,
  type ImportedChat,
  type ImportOutcome,
  type ImportRun,
  type StoreFailure,
} from '@postern/conversations';
import { sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  problem,
  type ChatImportCounts,
  type ChatImportReport,
  type ChatSkipReason,
  type ChatSource,
  type Problem,
  type SkippedChat,
} from '@postern/protocol';

export interface ChatImporterParts {
  readonly store: ChatImportStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Reads and reports, but adds nothing. */
  readonly isDryRun: boolean;
}

const MAX_LISTED = 1000;

type Counts = { -readonly [Name in keyof ChatImportCounts]: number };

/**
 * Imports one file that arrives in chunks. Each chat is one transaction, so that whatever ends the import leaves
 * whole chats; importing the file again then adds the rest.
 */
export class ChatImporter {
  readonly #parts: ChatImporterParts;
  readonly #reader: ChatReader;
  readonly #id: string;
  readonly #beganAtMs: number;
  readonly #counts: Counts = {
    ...{ added: 0, extended: 0, present: 0, inTrash: 0, skipped: 0, messages: 0 },
  };
  readonly #skipped: SkippedChat[] = [];
  #problem: Problem | undefined;
  #isAtStart = true;

  constructor(parts: ChatImporterParts) {
    this.#parts = parts;
    this.#beganAtMs = parts.clock.nowMs();
    this.#id = sortableId(this.#beganAtMs, parts.randomness);
    this.#reader = new ChatReader(this.#beganAtMs, (read) => {
      this.#take(read);
    });
  }

  get counts(): ChatImportCounts {
    return { ...this.#counts };
  }

  get source(): ChatSource | null {
    return this.#reader.source ?? null;
  }

  /** Whether the store failed, so that reading on is of no use. */
  get hasFailed(): boolean {
    return this.#problem !== undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.#isAtStart && isZip(chunk)) this.#problem = problem('CHAT_IMPORT_ARCHIVE');
    this.#isAtStart = false;
    if (!this.hasFailed) this.#reader.push(chunk);
  }

  /** The report after the last chunk. `early` is why there won't be a last one. */
  finish(early?: Problem): ChatImportReport {
    const end = early === undefined && !this.hasFailed ? this.#reader.end() : 'complete';
    if (end === 'unrecognized') this.#problem = problem('CHAT_IMPORT_UNKNOWN');
    else if (end !== 'complete') {
      const isRecognized = this.#reader.source !== undefined;
      this.#problem = problem(isRecognized ? 'CHAT_IMPORT_INCOMPLETE' : 'CHAT_IMPORT_UNKNOWN');
    }
    this.#problem ??= early;
    return this.#report();
  }

  #report(): ChatImportReport {
    const { added, extended } = this.#counts;
    const hasAdded = added + extended > 0 && !this.#parts.isDryRun;
    if (hasAdded) {
      const synced = this.#parts.store.finish();
      if (!synced.ok) this.#problem ??= describeStoreFailure(synced.failure);
    }
    return {
      id: hasAdded ? this.#id : null,
      source: this.source,
      counts: this.counts,
      skipped: this.#skipped,
      notes: this.#reader.notes.toObject(),
      problem: this.#problem ?? null,
    };
  }

  #take({ place, chat }: ReadChat): void {
    if (this.hasFailed) return;
    if (!chat.ok) {
      this.#skip(place, chat.failure);
      return;
    }
    const stored = this.#store(chat.value);
    if (stored.ok) this.#count(stored.value);
    else if (stored.failure.reason === 'message-too-large') this.#skip(place, 'message-too-large');
    else this.#problem = describeStoreFailure(stored.failure);
  }

  #store(chat: ImportedChat): Result<ImportOutcome, StoreFailure> {
    const { store, isDryRun } = this.#parts;
    if (isDryRun) return store.preview(chat);
    const run: ImportRun = {
      id: this.#id,
      source: this.#reader.source ?? 'postern',
      beganAtMs: this.#beganAtMs,
    };
    return store.add(run, chat);
  }

  #skip(place: string, why: ChatSkipReason): void {
    this.#counts.skipped += 1;
    if (this.#skipped.length < MAX_LISTED) this.#skipped.push({ place, why });
  }

  #count(outcome: ImportOutcome): void {
    switch (outcome.kind) {
      case 'added':
      case 'extended':
        this.#counts[outcome.kind] += 1;
        this.#counts.messages += outcome.messages;
        break;
      case 'present':
        this.#counts.present += 1;
        break;
      case 'in-trash':
        this.#counts.inTrash += 1;
        break;
    }
  }
}

/** Whether a file begins as a zip file does (APPNOTE 4.3.7), which ChatGPT and Claude deliver. */
function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 0x03, 0x04].every((byte, at) => bytes[at] === byte);
}
