import { ChatReader, ZipEntries, type ReadChat } from '@postern/chat-importers';
import { problem, type ChatSource, type Problem } from '@postern/protocol';
import type { Pauses } from './pauses.ts';

/** So much is read before other work of the process may run. One chat is stored at once, however large. */
const SLICE_BYTES = 16_384;

/** How a file ended: undefined if it is whole. */
export type ChatFileProblem = Problem | undefined;

/** The chats of one file, or of the files in an archive. */
export interface ChatFile {
  readonly source: ChatSource | undefined;
  readonly readers: readonly ChatReader[];
  push(chunk: Uint8Array): Promise<void>;
  end(): ChatFileProblem;
}

export interface ChatFileParts {
  readonly nowMs: number;
  readonly pauses: Pauses;
  readonly onChat: (read: ReadChat) => void;
}

/** The reader for a file, as its first bytes say. */
export function chatFileOf(start: Uint8Array, parts: ChatFileParts): ChatFile {
  return isZip(start) ? new ZippedChats(parts) : new JsonChats(parts);
}

/** Whether a file begins as a zip file does (APPNOTE 4.3.7 and 4.3.16), which ChatGPT and Claude deliver. */
function isZip(bytes: Uint8Array): boolean {
  const begins = (signature: readonly number[]): boolean =>
    signature.every((byte, at) => bytes[at] === byte);
  return begins([0x50, 0x4b, 0x03, 0x04]) || begins([0x50, 0x4b, 0x05, 0x06]);
}

class JsonChats implements ChatFile {
  readonly #reader: ChatReader;
  readonly #pauses: Pauses;

  constructor({ nowMs, pauses, onChat }: ChatFileParts) {
    this.#reader = new ChatReader(nowMs, onChat);
    this.#pauses = pauses;
  }

  get source(): ChatSource | undefined {
    return this.#reader.source;
  }

  get readers(): readonly ChatReader[] {
    return [this.#reader];
  }

  async push(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      this.#reader.push(chunk.subarray(at, at + SLICE_BYTES));
      await this.#pauses.pause();
    }
  }

  end(): ChatFileProblem {
    const end = this.#reader.end();
    if (end === 'complete') return undefined;
    if (end === 'unrecognized' || this.source === undefined) return problem('CHAT_IMPORT_UNKNOWN');
    return problem('CHAT_IMPORT_INCOMPLETE');
  }
}

/** Newer exports of ChatGPT have several of them. */
const CHATS_IN_ARCHIVE = /(?:^|[/\\])conversations[^/\\]*\.json$/i;

class ZippedChats implements ChatFile {
  readonly #chats: JsonChats[] = [];
  readonly #entries: ZipEntries;

  constructor(parts: ChatFileParts) {
    this.#entries = new ZipEntries({
      onFile: (name) => {
        if (!CHATS_IN_ARCHIVE.test(name)) return undefined;
        const chats = new JsonChats(parts);
        this.#chats.push(chats);
        return async (bytes) => {
          await chats.push(bytes);
        };
      },
    });
  }

  get source(): ChatSource | undefined {
    return this.#chats.find(({ source }) => source !== undefined)?.source;
  }

  get readers(): readonly ChatReader[] {
    return this.#chats.flatMap(({ readers }) => readers);
  }

  async push(chunk: Uint8Array): Promise<void> {
    await this.#entries.push(chunk);
  }

  end(): ChatFileProblem {
    const end = this.#entries.end();
    const inside = this.#chats.map((chats) => chats.end());
    if (end === 'unsupported') return problem('CHAT_IMPORT_ARCHIVE');
    if (this.source === undefined) return problem('CHAT_IMPORT_UNKNOWN');
    if (end !== 'complete') return problem('CHAT_IMPORT_INCOMPLETE');
    return inside.find((each) => each !== undefined);
  }
}
