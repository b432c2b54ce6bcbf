import { DatabaseChats, DatabaseFile, readExactly, type NoteCounts } from '@postern/chat-importers';
import { problem, type ChatSource } from '@postern/protocol';
import type { ChatFile, ChatFileParts, ChatFileProblem } from './chat-file.ts';
import { FoundChats } from './found-chats.ts';
import type { ImportFile } from './import-file.ts';

/** Begins a journal with pages that a program was about to change (sqlite.org/fileformat2.html, 3). */
const JOURNAL_MAGIC = 'd9d505f920a163d7';

/** Chats in the SQLite database of another program. */
export class DatabaseOfChats implements ChatFile {
  readonly #file: ImportFile;
  readonly #found: FoundChats;

  constructor(file: ImportFile, parts: ChatFileParts) {
    this.#file = file;
    this.#found = new FoundChats(parts);
  }

  get source(): ChatSource | undefined {
    return this.#found.reader.source;
  }

  get notes(): readonly NoteCounts[] {
    return [this.#found.reader.notes];
  }

  async read(): Promise<ChatFileProblem> {
    if (await this.#hasJournal()) return problem('CHAT_IMPORT_IN_USE');
    const { beside } = this.#file;
    const database = await DatabaseFile.open(this.#file, await beside?.('-wal'));
    if (database === undefined) return problem('CHAT_IMPORT_UNKNOWN');
    const { reader } = this.#found;
    const chats = new DatabaseChats(database, reader);
    const rows = chats.read();
    while ((await rows.next()).done !== true) {
      if (!(await this.#found.pass())) return undefined;
    }
    if (beside === undefined && database.usesLog && this.source !== undefined) {
      reader.notes.add('log-left-out');
    }
    const code = PROBLEMS[chats.end];
    return code === undefined ? undefined : problem(code);
  }

  /** The program was killed while it wrote, or writes now. */
  async #hasJournal(): Promise<boolean> {
    const journal = await this.#file.beside?.('-journal');
    if (journal === undefined) return false;
    const start = await readExactly(journal, 0, JOURNAL_MAGIC.length / 2);
    return Buffer.from(start).toString('hex') === JOURNAL_MAGIC;
  }
}

const PROBLEMS = {
  complete: undefined,
  unrecognized: 'CHAT_IMPORT_UNKNOWN',
  damaged: 'CHAT_IMPORT_DAMAGED',
  changed: 'CHAT_IMPORT_IN_USE',
  'too-large': 'CHAT_IMPORT_TOO_LARGE',
} as const;
