import { NoteCounts, type ReadChat, type ReadChatContent } from '@postern/chat-importers';
import {
  describeStoreFailure,
  type ChatImportStore,
  type ConversationStore,
  type ImportedChat,
  type ImportOutcome,
  type ImportRun,
} from '@postern/conversations';
import { failed, ok, sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  problem,
  problemSaying,
  type ChatImportCounts,
  type ChatImportReport,
  type ChatSkipReason,
  type ChatSource,
  type Problem,
  type SkippedChat,
} from '@postern/protocol';
import { addInSteps, ChatBatch, isLong } from './add-chats.ts';
import { FileAttacher, hasFiles } from './attach-files.ts';
import type { ChatFile } from './chat-file.ts';
import { CountedFile, type ImportFile } from './import-file.ts';
import { openChatFile } from './open-chat-file.ts';
import { Pauses } from './pauses.ts';

export type ImportingStore = Pick<ConversationStore, 'imports' | 'attachments'>;

export interface ChatImporterParts {
  /** Undefined after the vault was locked. */
  readonly store: () => ImportingStore | undefined;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Reads and reports, but adds nothing. */
  readonly isDryRun: boolean;
}

const MAX_LISTED = 1000;
const CANCELLED = problemSaying('CANCELLED', 'Cancelled. The chats before that were imported.');

type Counts = { -readonly [Name in keyof ChatImportCounts]: number };

/**
 * Imports one file. Chats are stored whole, except very long ones, so that whatever ends the import leaves no torn
 * chat; importing the file again then adds the rest.
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
  #hasFailed = false;
  #isCancelled = false;
  /** About the files of the chats. */
  readonly #notes = new NoteCounts();
  #attacher: FileAttacher | undefined;
  readonly #batch = new ChatBatch();
  #file: ChatFile | undefined;
  #counted: CountedFile | undefined;

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

  /** How much of the file was read. */
  get bytesRead(): number {
    return this.#counted?.bytesRead ?? 0;
  }

  /** Whether the store failed, so that other files would fail too. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * Imports the file, and lets other work of the process run meanwhile. `earlyEnd` turns what the file throws into why
   * it ended early; undefined: it is a bug, which is thrown.
   */
  async run(
    file: ImportFile,
    earlyEnd: (error: unknown) => Problem | undefined,
  ): Promise<ChatImportReport> {
    this.#counted = new CountedFile(file);
    try {
      this.#file = await openChatFile(this.#counted, {
        nowMs: this.#beganAtMs,
        pauses: this.#pauses,
        onChat: (read) => this.#take(read),
      });
      const end = await this.#file.read();
      if (!this.hasFailed) await this.#flush();
      this.#problem ??= this.#isCancelled ? CANCELLED : end;
    } catch (error) {
      const early = this.#isCancelled ? CANCELLED : earlyEnd(error);
      if (early === undefined) throw error;
      if (!this.hasFailed) await this.#flush();
      this.#problem ??= early;
    }
    return this.#report();
  }

  /** Ends the import before the next chat. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** The report of a file that can't be opened. */
  refuse(why: Problem): ChatImportReport {
    this.#problem = why;
    return this.#report();
  }

  #report(): ChatImportReport {
    const { added, extended } = this.#counts;
    const hasAdded = added + extended > 0 && !this.#parts.isDryRun;
    if (hasAdded) {
      const synced = this.#parts.store()?.imports.finish();
      if (synced?.ok === false) this.#problem ??= describeStoreFailure(synced.failure);
    }
    return {
      id: hasAdded ? this.#id : null,
      source: this.source,
      counts: this.counts,
      skipped: this.#skipped,
      notes: this.#allNotes().toObject(),
      problem: this.#problem ?? null,
    };
  }

  /** False if everything has ended. */
  async #take({ place, chat }: ReadChat): Promise<boolean> {
    if (this.#isCancelled) return false;
    if (!chat.ok) {
      this.#skip(place, chat.failure);
      return true;
    }
    const complete = await this.#complete(chat.value);
    if (!complete.ok) return this.#fail(complete.failure);
    // A long chat is stored alone, in steps.
    if (isLong(complete.value) && !(await this.#flush())) return false;
    this.#batch.add(place, complete.value);
    return this.#batch.isFull ? await this.#flush() : true;
  }

  /** Stores the chats that wait. False if everything has ended. */
  async #flush(): Promise<boolean> {
    const chats = this.#batch.take();
    if (chats.length === 0) return true;
    const imports = this.#parts.store()?.imports;
    if (imports === undefined) return this.#fail(problem('VAULT_LOCKED'));
    if (chats.length > 1 && !this.#parts.isDryRun) {
      const all = imports.addAll(
        this.#run(),
        chats.map(({ chat }) => chat),
      );
      if (all.ok) for (const outcome of all.value) this.#count(outcome);
      if (all.ok) return true;
    }
    // One of them failed, and takes none of the others with it.
    for (const { place, chat } of chats) {
      if (!(await this.#addOne(place, chat))) return false;
    }
    return true;
  }

  async #addOne(place: string, chat: ImportedChat): Promise<boolean> {
    const { store, isDryRun } = this.#parts;
    const imports = (): ChatImportStore | undefined => store()?.imports;
    const stored = isDryRun
      ? imports()?.preview(chat)
      : await addInSteps(imports, this.#run(), chat, this.#pauses);
    if (stored === undefined) return this.#fail(problem('VAULT_LOCKED'));
    if (stored.ok) this.#count(stored.value);
    else if (stored.failure.reason === 'message-too-large') this.#skip(place, 'message-too-large');
    else return this.#fail(describeStoreFailure(stored.failure));
    return true;
  }

  /** The chat with its files stored, those of the messages that are new. */
  async #complete(chat: ReadChatContent): Promise<Result<ImportedChat, Problem>> {
    const store = this.#parts.store();
    if (store === undefined) return failed(problem('VAULT_LOCKED'));
    const fresh = hasFiles(chat) ? store.imports.freshOrigins(chat) : ok(new Set<string>());
    if (!fresh.ok) return failed(describeStoreFailure(fresh.failure));
    this.#attacher ??= new FileAttacher({
      ...{ archive: this.#file?.files, notes: this.#notes, isDryRun: this.#parts.isDryRun },
      current: () => this.#parts.store()?.attachments,
    });
    return await this.#attacher.attach(chat, fresh.value);
  }

  #fail(why: Problem): false {
    this.#problem = why;
    this.#hasFailed = true;
    return false;
  }

  #run(): ImportRun {
    const source = this.#file?.source ?? 'postern';
    return { id: this.#id, source, beganAtMs: this.#beganAtMs };
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

  #allNotes(): NoteCounts {
    const all = new NoteCounts();
    all.addAll(this.#notes);
    for (const notes of this.#file?.notes ?? []) all.addAll(notes);
    return all;
  }
}
