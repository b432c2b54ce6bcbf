import { failed, ok, type Result } from '../result.ts';
import { utf8StreamDecoder } from '../utf8.ts';

/** One dispatched event of a `text/event-stream`. */
export interface SseEvent {
  /** The `event:` field; undefined if it is missing or empty. */
  readonly event: string | undefined;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

export type SseFailure =
  /** An event is over the limit. The parser can't continue. */
  | { readonly reason: 'sse-event-too-large'; readonly maxEventBytes: number }
  /** The stream ended inside an event. That event isn't delivered. */
  | { readonly reason: 'sse-truncated' };

export interface SseParser {
  /**
   * The events that this chunk completes; chunks may be split anywhere. The events before a failure are
   * returned first. After a failure, every call fails.
   */
  push(chunk: Uint8Array): Result<readonly SseEvent[], SseFailure>;
  end(): Result<readonly SseEvent[], SseFailure>;
}

const DEFAULT_MAX_EVENT_BYTES = 32 * 1024 * 1024;
const BYTE_ORDER_MARK = 0xfeff;
const SPACE = 0x20;
const COLON = 0x3a;
const NOTHING: readonly SseEvent[] = [];

/**
 * Parses an event stream (WHATWG HTML §9.2.6) from bytes. Supports a byte order mark, all three line ends,
 * comments and several `data:` lines; ignores `id:` and `retry:`. `maxEventBytes` limits the size of one
 * event, counted in UTF-16 code units, which for ASCII is the number of bytes.
 */
export function sseParser(limits: { maxEventBytes?: number } = {}): SseParser {
  return new Parser(limits.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES);
}

class Parser implements SseParser {
  readonly #maxEventBytes: number;
  readonly #decoder = utf8StreamDecoder();
  #events: SseEvent[] = [];
  #atStart = true;
  /** The last chunk ended in a carriage return: a line feed that follows belongs to it. */
  #afterReturn = false;
  /** The start of a line whose end hasn't arrived. */
  #rest = '';
  #event: string | undefined;
  #data: string | undefined;
  #failure: SseFailure | undefined;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  push(chunk: Uint8Array): Result<readonly SseEvent[], SseFailure> {
    if (this.#failure !== undefined) return failed(this.#failure);
    this.#take(this.#decoder.push(chunk));
    return this.#deliver();
  }

  end(): Result<readonly SseEvent[], SseFailure> {
    if (this.#failure !== undefined) return failed(this.#failure);
    this.#take(this.#decoder.end());
    if (this.#isInsideEvent()) this.#failure ??= { reason: 'sse-truncated' };
    return this.#deliver();
  }

  #deliver(): Result<readonly SseEvent[], SseFailure> {
    const events = this.#events;
    if (events.length > 0) {
      this.#events = [];
      return ok(events);
    }
    return this.#failure === undefined ? ok(NOTHING) : failed(this.#failure);
  }

  #take(decoded: string): void {
    let text = decoded;
    if (text === '') return;
    if (this.#atStart) {
      this.#atStart = false;
      if (text.charCodeAt(0) === BYTE_ORDER_MARK) text = text.slice(1);
    }
    if (this.#afterReturn && text !== '') {
      this.#afterReturn = false;
      if (text.startsWith('\n')) text = text.slice(1);
    }
    if (text.includes('\r')) this.#takeMixedLines(text);
    else this.#takeLines(text);
    if (this.#heldLength() > this.#maxEventBytes) this.#refuse();
  }

  /** Lines that all end in a line feed, the usual case. */
  #takeLines(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#endLine(text, start, end);
      if (this.#failure !== undefined) return;
      start = end + 1;
    }
    this.#rest += text.slice(start);
  }

  #takeMixedLines(text: string): void {
    const lineEnd = /\r\n?|\n/g;
    let start = 0;
    for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
      this.#endLine(text, start, match.index);
      if (this.#failure !== undefined) return;
      start = lineEnd.lastIndex;
    }
    this.#rest += text.slice(start);
    this.#afterReturn = text.endsWith('\r');
  }

  #endLine(text: string, start: number, end: number): void {
    if (this.#rest === '') {
      this.#takeLine(text, start, end);
      return;
    }
    const line = this.#rest + text.slice(start, end);
    this.#rest = '';
    this.#takeLine(line, 0, line.length);
  }

  #takeLine(text: string, start: number, end: number): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    if (this.#heldLength() + end - start > this.#maxEventBytes) {
      this.#refuse();
    } else if (text.startsWith('data', start)) {
      const value = valueOf(text, start + 4, end);
      if (value !== undefined)
        this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (text.startsWith('event', start)) {
      this.#event = valueOf(text, start + 5, end) ?? this.#event;
    }
  }

  #dispatch(): void {
    if (this.#data !== undefined) {
      this.#events.push({ event: this.#event === '' ? undefined : this.#event, data: this.#data });
    }
    this.#data = undefined;
    this.#event = undefined;
  }

  #heldLength(): number {
    return this.#rest.length + (this.#data?.length ?? 0) + (this.#event?.length ?? 0);
  }

  #isInsideEvent(): boolean {
    if (this.#data !== undefined || this.#event !== undefined) return true;
    return this.#rest !== '' && this.#rest.charCodeAt(0) !== COLON;
  }

  #refuse(): void {
    this.#failure = { reason: 'sse-event-too-large', maxEventBytes: this.#maxEventBytes };
    this.#rest = '';
    this.#data = undefined;
  }
}

/** The value of a line whose field name ends at `at`; undefined if the name is longer. */
function valueOf(text: string, at: number, end: number): string | undefined {
  if (at === end) return '';
  if (text.charCodeAt(at) !== COLON) return undefined;
  const start = text.charCodeAt(at + 1) === SPACE && at + 1 < end ? at + 2 : at + 1;
  return text.slice(start, end);
}
