import type { Buffer } from 'node:buffer';
import { utf8StreamDecoder } from '@postern/kernel';
import type { AnswerEvent } from '@postern/protocol';
import type { AnswerHeaders, Exchange, ExchangeSink } from '../connect/exchange.ts';
import type { UpstreamFailure } from '../upstream-failure.ts';

export type InboxItem =
  | { readonly kind: 'head'; readonly status: number; readonly headers: AnswerHeaders }
  | { readonly kind: 'chunk'; readonly chunk: Buffer }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly failure: UpstreamFailure };

/** The upstream is paused when this many bytes wait to be read. */
const MAX_WAITING_BYTES = 256 * 1024;

/** How much may still arrive after a complete answer before its connection is closed instead of kept. */
const MAX_REST_BYTES = 64 * 1024;
const MAX_REST_MS = 2000;

/** Turns a pushing exchange into one that is read item by item, with a bounded queue. */
export class AnswerInbox implements ExchangeSink {
  #exchange: Exchange | undefined;
  readonly #items: InboxItem[] = [];
  #waitingBytes = 0;
  #wake: ((item: InboxItem) => void) | undefined;
  #left = false;
  #over = false;
  #restBytes = 0;
  #restTimer: NodeJS.Timeout | undefined;

  /** Sets the exchange whose sink this is. */
  attach(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  /** Returns the next item. `end` or `failure` is the last one. Allows one reader at a time. */
  async next(): Promise<InboxItem> {
    const item = this.#items.shift();
    if (item === undefined) {
      return await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    if (item.kind === 'chunk') this.#taken(item.chunk.length);
    return item;
  }

  /** The rest of the body as text, at most `maxBytes`, even if it ends with a failure. */
  async text(maxBytes: number): Promise<{ readonly text: string; readonly whole: boolean }> {
    const decoder = utf8StreamDecoder();
    let text = '';
    let bytes = 0;
    for (;;) {
      const item = await this.next();
      if (item.kind !== 'chunk') {
        return { text: text + decoder.end(), whole: item.kind === 'end' };
      }
      bytes += item.chunk.length;
      text += decoder.push(
        item.chunk.subarray(0, Math.max(0, maxBytes - bytes + item.chunk.length)),
      );
      if (bytes > maxBytes) return { text, whole: false };
    }
  }

  /** As `Exchange.redacted`. */
  redacted(text: string): string {
    return this.#exchange?.redacted(text) ?? text;
  }

  /** As `Exchange.redactedEvents`. */
  redactedEvents(event: AnswerEvent): readonly AnswerEvent[] {
    return this.#exchange?.redactedEvents(event) ?? [event];
  }

  /** Ends reading and cancels the exchange. */
  leave(): void {
    this.#left = true;
    this.#exchange?.cancel();
  }

  /** Ends reading of a complete answer. A short rest is still received, so that the connection can be kept. */
  leaveInPeace(): void {
    this.#left = true;
    if (this.#over) return;
    this.#exchange?.resume();
    this.#restTimer = setTimeout(() => this.#exchange?.cancel(), MAX_REST_MS).unref();
  }

  onHead(status: number, headers: AnswerHeaders): void {
    this.#put({ kind: 'head', status, headers });
  }

  onChunk(chunk: Buffer): void {
    if (this.#left) {
      this.#restBytes += chunk.length;
      if (this.#restBytes > MAX_REST_BYTES) this.#exchange?.cancel();
      return;
    }
    if (this.#wake === undefined) {
      this.#waitingBytes += chunk.length;
      if (this.#waitingBytes > MAX_WAITING_BYTES) this.#exchange?.pause();
    }
    this.#put({ kind: 'chunk', chunk });
  }

  onEnd(): void {
    this.#finish({ kind: 'end' });
  }

  onFailure(failure: UpstreamFailure): void {
    this.#finish({ kind: 'failure', failure });
  }

  #finish(item: InboxItem): void {
    this.#over = true;
    clearTimeout(this.#restTimer);
    this.#put(item);
  }

  #put(item: InboxItem): void {
    const wake = this.#wake;
    if (wake === undefined) {
      this.#items.push(item);
      return;
    }
    this.#wake = undefined;
    wake(item);
  }

  #taken(bytes: number): void {
    const wasOver = this.#waitingBytes > MAX_WAITING_BYTES;
    this.#waitingBytes -= bytes;
    if (wasOver && this.#waitingBytes <= MAX_WAITING_BYTES) this.#exchange?.resume();
  }
}
