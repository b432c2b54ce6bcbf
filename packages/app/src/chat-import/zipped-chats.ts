import { readDirectory, type NoteCounts, type ReadableFile } from '@postern/chat-importers';
import { problem, type ChatSource } from '@postern/protocol';
import { ArchivedFiles } from './archived-files.ts';
import type { ChatFile, ChatFileParts, ChatFileProblem } from './chat-file.ts';
import { JsonChats } from './json-chats.ts';
import { readZip, type ZipReading } from './read-zip.ts';

/** Newer exports of ChatGPT have several of them. */
const CHATS_IN_ARCHIVE = /(?:^|[/\\])conversations[^/\\]*\.json$/i;

/** Chats in the JSON files of an archive, whose other files can be attachments. */
export class ZippedChats implements ChatFile {
  readonly #file: ReadableFile;
  readonly #parts: ChatFileParts;
  readonly #chats: JsonChats[] = [];
  #files: ArchivedFiles | undefined;
  #isEnded = false;

  constructor(file: ReadableFile, parts: ChatFileParts) {
    this.#file = file;
    this.#parts = parts;
  }

  get source(): ChatSource | undefined {
    return this.#chats.find(({ source }) => source !== undefined)?.source;
  }

  get notes(): readonly NoteCounts[] {
    return this.#chats.flatMap(({ notes }) => notes);
  }

  get files(): ArchivedFiles | undefined {
    return this.#files;
  }

  async read(): Promise<ChatFileProblem> {
    const directory = await readDirectory(this.#file);
    // Without its directory, the archive is cut off. The chats before that place are read.
    if (directory === undefined) return await this.#finish(await this.#read(0, Infinity));
    this.#files = new ArchivedFiles(this.#file, directory);
    for (const { name, at } of directory) {
      if (!CHATS_IN_ARCHIVE.test(name) || this.#isEnded) continue;
      const end = await this.#read(at, 1);
      if (end !== 'complete') return await this.#finish(end);
    }
    return await this.#finish('complete');
  }

  async #read(at: number, maxFiles: number): Promise<ZipReading> {
    return await readZip(this.#file, at, {
      maxFiles,
      isEnded: () => this.#isEnded,
      onFile: (name) => {
        if (!CHATS_IN_ARCHIVE.test(name)) return undefined;
        const chats = new JsonChats(undefined, this.#parts);
        this.#chats.push(chats);
        return async (bytes) => {
          if (!(await chats.push(bytes))) this.#isEnded = true;
        };
      },
    });
  }

  async #finish(end: ZipReading): Promise<ChatFileProblem> {
    const inside: ChatFileProblem[] = [];
    for (const chats of this.#chats) inside.push(await chats.finish());
    if (end === 'unsupported') return problem('CHAT_IMPORT_ARCHIVE');
    if (this.source === undefined) return problem('CHAT_IMPORT_UNKNOWN');
    if (end !== 'complete') return problem('CHAT_IMPORT_INCOMPLETE');
    return inside.find((each) => each !== undefined);
  }
}
