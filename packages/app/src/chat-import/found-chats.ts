import { ChatReader, type ReadChat } from '@postern/chat-importers';
import type { ChatFileParts } from './chat-file.ts';

/** Passes the chats that a reader has found on, one after the other. */
export class FoundChats {
  readonly reader: ChatReader;
  readonly #parts: ChatFileParts;
  #waiting: ReadChat[] = [];
  #isEnded = false;

  constructor(parts: ChatFileParts) {
    this.#parts = parts;
    this.reader = new ChatReader(parts.nowMs, (read) => {
      this.#waiting.push(read);
    });
  }

  /** Waits until the chats so far are stored, and lets other work run. False if everything has ended. */
  async pass(): Promise<boolean> {
    if (this.#waiting.length > 0 && !this.#isEnded) {
      const chats = this.#waiting;
      this.#waiting = [];
      for (const chat of chats) {
        if (this.#isEnded) break;
        this.#isEnded = !(await this.#parts.onChat(chat));
      }
    }
    await this.#parts.pauses.pause();
    return !this.#isEnded;
  }
}
