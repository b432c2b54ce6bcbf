import type { NoteCounts, ReadableFile } from '@postern/chat-importers';
import { problem, type ChatSource } from '@postern/protocol';
import type { ChatFile, ChatFileParts, ChatFileProblem } from './chat-file.ts';
import { FoundChats } from './found-chats.ts';

/** So much is read before other work of the process may run. */
const SLICE_BYTES = 16_384;
const CHUNK_BYTES = 1024 * 1024;

/** Chats in a JSON file, or in one that is a part of an archive. */
export class JsonChats implements ChatFile {
  readonly #file: ReadableFile | undefined;
  readonly #found: FoundChats;

  constructor(file: ReadableFile | undefined, parts: ChatFileParts) {
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
    const file = this.#file;
    for (let at = 0; file !== undefined;) {
      const chunk = await file.read(at, CHUNK_BYTES);
      at += chunk.length;
      if (chunk.length === 0 || !(await this.push(chunk))) break;
    }
    return await this.finish();
  }

  /** Reads the next bytes. False if everything has ended. */
  async push(chunk: Uint8Array): Promise<boolean> {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      this.#found.reader.push(chunk.subarray(at, at + SLICE_BYTES));
      if (!(await this.#found.pass())) return false;
    }
    return true;
  }

  async finish(): Promise<ChatFileProblem> {
    const end = this.#found.reader.end();
    await this.#found.pass();
    if (end === 'complete') return undefined;
    if (end === 'unrecognized' || this.source === undefined) return problem('CHAT_IMPORT_UNKNOWN');
    return problem('CHAT_IMPORT_INCOMPLETE');
  }
}
