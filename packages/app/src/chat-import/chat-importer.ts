import { NoteCounts, type ReadChat } from '@postern/chat-importers';
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
import { chatFileOf, type ChatFile } from './chat-file.ts';
import { Pauses } from './pauses.ts';

export interface ChatImporterParts {
  readonly store: ChatImportStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Reads and reports, but adds nothing. */
  readonly isDryRun: boolean;
}

const MAX_LISTED = 1000;
const START_BYTES = 4;

type Counts = { -readonly [Name in keyof ChatImportCounts]: number };

/**
 * Imports one file that arrives in chunks. Each chat is one transaction, so that whatever ends the import leaves
 * whole chats; importing the file again then adds the rest.
 */
export class ChatImporter {
  readonly #parts: ChatImporterParts;
  readonly #pauses: Pauses;
  readonly #id: string;
  readonly #beganAtMs: number;
  readonly #counts: Counts = {
    ...{ added: 0, extended: 0, present: 0, inTrash: 0, skipped: 0, messages: 0 },
  };
  readonly #skipped: SkippedChat[] = [];
  #problem: Problem | undefined;
  #file: ChatFile | undefined;
  /** The first bytes, until they are enough to recognize the kind of file. */
  #start: Uint8Array = new Uint8Array(0);

  constructor(parts: ChatImporterParts) {
    this.#parts = parts;
    this.#beganAtMs = parts.clock.nowMs();
    this.#id = sortableId(this.#beganAtMs, parts.randomness);
    this.#pauses = new Pauses(parts.clock);
  }

  get counts(): ChatImportCounts {
    return { ...this.#counts };
  }

  get source(): ChatSource | null {
    return this.#file?.source ?? null;
  }

  /** Whether the store failed, so that reading on is of no use. */
  get hasFailed(): boolean {
    return this.#problem !== undefined;
  }

  /** Reads the next bytes, and lets other work of the process run meanwhile. Wait for it before the next call. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.hasFailed) return;
    if (this.#file !== undefined) {
      await this.#file.push(chunk);
      return;
    }
    this.#start = Buffer.concat([this.#start, chunk]);
    if (this.#start.length >= START_BYTES) await this.#begin();
  }

  async #begin(): Promise<void> {
    this.#file = chatFileOf(this.#start, {
      nowMs: this.#beganAtMs,
      pauses: this.#pauses,
      onChat: (read) => {
        this.#take(read);
      },
    });
    await this.#file.push(this.#start);
    this.#start = new Uint8Array(0);
  }

  /** The report after the last chunk. `early` is why there won't be a last one. */
  finish(early?: Problem): ChatImportReport {
    if (early === undefined && !this.hasFailed) {
      this.#problem = this.#file === undefined ? problem('CHAT_IMPORT_UNKNOWN') : this.#file.end();
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
      notes: notesOf(this.#file).toObject(),
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
      source: this.#file?.source ?? 'postern',
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

function notesOf(file: ChatFile | undefined): NoteCounts {
  const all = new NoteCounts();
  for (const { notes } of file?.readers ?? []) all.addAll(notes);
  return all;
}
