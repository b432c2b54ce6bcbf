import { ZipEntries, type NoteCounts, type ReadableFile } from '@postern/chat-importers';
import { problem, type ChatSource } from '@postern/protocol';
import type { ChatFile, ChatFileParts, ChatFileProblem } from './chat-file.ts';
import { JsonChats } from './json-chats.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Newer exports of ChatGPT have several of them. */
const CHATS_IN_ARCHIVE = /(?:^|[/\\])conversations[^/\\]*\.json$/i;

/** Chats in the JSON files of an archive. */
export class ZippedChats implements ChatFile {
  readonly #file: ReadableFile;
  readonly #chats: JsonChats[] = [];
  readonly #entries: ZipEntries;
  #isEnded = false;

  constructor(file: ReadableFile, parts: ChatFileParts) {
    this.#file = file;
    this.#entries = new ZipEntries({
      onFile: (name) => {
        if (!CHATS_IN_ARCHIVE.test(name)) return undefined;
        const chats = new JsonChats(undefined, parts);
        this.#chats.push(chats);
        return async (bytes) => {
          if (!(await chats.push(bytes))) this.#isEnded = true;
        };
      },
    });
  }

  get source(): ChatSource | undefined {
    return this.#chats.find(({ source }) => source !== undefined)?.source;
  }

  get notes(): readonly NoteCounts[] {
    return this.#chats.flatMap(({ notes }) => notes);
  }

  async read(): Promise<ChatFileProblem> {
    for (let at = 0; !this.#isEnded;) {
      const chunk = await this.#file.read(at, CHUNK_BYTES);
      if (chunk.length === 0) break;
      at += chunk.length;
      await this.#entries.push(chunk);
    }
    return await this.#finish();
  }

  async #finish(): Promise<ChatFileProblem> {
    const end = this.#entries.end();
    const inside: ChatFileProblem[] = [];
    for (const chats of this.#chats) inside.push(await chats.finish());
    if (end === 'unsupported') return problem('CHAT_IMPORT_ARCHIVE');
    if (this.source === undefined) return problem('CHAT_IMPORT_UNKNOWN');
    if (end !== 'complete') return problem('CHAT_IMPORT_INCOMPLETE');
    return inside.find((each) => each !== undefined);
  }
}
