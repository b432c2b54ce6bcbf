import { parseJson, utf8StreamDecoder, type JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { TerminalEvent, UsageTap } from '../dialect.ts';
import { objectOf } from '../json/read-json.ts';
import { TerminalEventReader } from './terminal-event.ts';
import { endOfJsonString, jsonStringLength } from './json-string-length.ts';

/** What the tap needs to know about a dialect. */
export interface TapReader {
  readonly terminalEvent: TerminalEvent;
  /** Occurs in every event that delivers text, and in few others. */
  readonly deltaMark: string;
  /** The keys whose values are delivered text. */
  readonly textKeys: readonly string[];
  /** Occurs in every event that delivers text in a list, whose keys may be others; such an event is parsed. */
  readonly listMark?: string;
  /** The counts in an event; empty if it has none. */
  usageIn(event: JsonObject): Usage;
  /** The service tier in an event. It is read from events with counts and from the terminal one. */
  tierIn(event: JsonObject): string | undefined;
  /** The length of the delivered text in an event, for JSON with spaces between its tokens. */
  textLengthIn(event: JsonObject): number;
}

/** Longer lines are skipped, to limit memory. */
const MAX_LINE = 16 * 1024 * 1024;
const DATA = 'data:';
const D = 0x64;
const LINE_FEED = 0x0a;
/** Most of the tap's cost is the search for this string. It is short, and its beginning is rare. */
const USAGE = 'usage"';
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const CLOSING_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * Finds usage, the length of text and the terminal event in a stream. It parses only events that contain
 * usage or could be the terminal event. It measures text without parsing: the events of one stream usually
 * have the same bytes before their text, so the prefix of the last event shows where the next text starts.
 */
export class StreamTap implements UsageTap {
  readonly #reader: TapReader;
  readonly #marks: readonly string[];
  readonly #terminal: TerminalEventReader;
  readonly #decoder = utf8StreamDecoder();
  #rest = '';
  #skipsLine = false;
  /** The bytes before the text of the last event, if it had exactly one text. */
  #beginning = '';
  #usage: Usage = {};
  #tier: string | undefined;
  #textLength = 0;
  #hasEnded = false;

  constructor(reader: TapReader) {
    this.#reader = reader;
    this.#marks = reader.textKeys.map((key) => `"${key}":"`);
    this.#terminal = new TerminalEventReader(reader.terminalEvent);
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.push(chunk));
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!this.#skipsLine) this.#take(`${this.#decoder.end()}\n`);
  }

  isComplete(): boolean {
    return this.#terminal.hasCome;
  }

  usage(): Usage {
    return this.#usage;
  }

  serviceTier(): string | undefined {
    return this.#tier;
  }

  textLength(): number {
    return this.#textLength;
  }

  #take(decoded: string): void {
    const ended = lastLineEnd(decoded);
    if (ended === 0) {
      // Lines that end in a lone carriage return are rare, so they are converted.
      if (decoded.includes('\r')) this.#take(decoded.replaceAll('\r', '\n'));
      else this.#hold(decoded);
      return;
    }
    const text = this.#rest === '' ? decoded : this.#rest + decoded;
    const start = this.#skipsLine ? text.indexOf('\n') + 1 : 0;
    if (this.#skipsLine) this.#terminal.takeLongData();
    const end = text.length - decoded.length + ended;
    this.#rest = '';
    this.#skipsLine = false;
    this.#takeLines(text, start, end);
    if (end < text.length) this.#hold(text.slice(end));
  }

  #hold(text: string): void {
    if (this.#skipsLine) return;
    this.#rest += text;
    if (this.#rest.length <= MAX_LINE) return;
    this.#rest = '';
    this.#skipsLine = true;
  }

  /** Reads whole lines. The last character is a line feed. */
  #takeLines(text: string, from: number, to: number): void {
    const mayEnd = this.#terminal.isMentionedIn(text);
    let usageAt = text.indexOf(USAGE, from);
    for (let start = from; start < to;) {
      const end = text.indexOf('\n', start);
      if (text.charCodeAt(start) === D && text.startsWith(DATA, start)) {
        if (usageAt !== -1 && usageAt < start) usageAt = text.indexOf(USAGE, start);
        const mayHoldUsage = usageAt !== -1 && usageAt < end;
        this.#takeData(text, start, end, mayHoldUsage || mayEnd);
      } else if (mayEnd || this.#terminal.isNamed) {
        this.#terminal.takeField(text.slice(start, end));
      }
      start = end + 1;
    }
  }

  #takeData(text: string, start: number, end: number, isOfInterest: boolean): void {
    if (isOfInterest || this.#terminal.isNamed) this.#takeEvent(text.slice(start, end));
    if (!this.#takeLikeBefore(text, start)) this.#takeText(text.slice(start, end));
  }

  /** Parses an event that may hold usage or be the terminal one. */
  #takeEvent(line: string): void {
    const mayBeTerminal = this.#terminal.isNamed || this.#terminal.isMentionedIn(line);
    if (!mayBeTerminal && !holdsUsage(line)) return;
    const event = eventOf(line);
    this.#terminal.takeData(line.slice(DATA.length), event);
    if (event === undefined) return;
    this.#usage = { ...this.#usage, ...this.#reader.usageIn(event) };
    this.#tier = this.#reader.tierIn(event) ?? this.#tier;
  }

  /** Measures the text of an event that has the prefix of the last one and only one text. */
  #takeLikeBefore(text: string, start: number): boolean {
    const textStart = start + this.#beginning.length;
    if (textStart === start || text.slice(start, textStart) !== this.#beginning) return false;
    const textEnd = endOfJsonString(text, textStart);
    if (!isLastString(text, textEnd)) return false;
    this.#textLength += jsonStringLength(text, textStart, textEnd);
    return true;
  }

  #takeText(line: string): void {
    const { deltaMark, listMark } = this.#reader;
    if (!line.includes(deltaMark)) return;
    if (listMark !== undefined && line.includes(listMark)) {
      this.#beginning = '';
      this.#parseText(line);
      return;
    }
    let texts = 0;
    let lastStart = 0;
    for (const mark of this.#marks) {
      for (let at = line.indexOf(mark); at !== -1; at = line.indexOf(mark, lastStart)) {
        lastStart = at + mark.length;
        texts += 1;
        this.#textLength += jsonStringLength(line, lastStart, endOfJsonString(line, lastStart));
      }
    }
    this.#beginning = texts === 1 ? line.slice(0, lastStart) : '';
    if (texts === 0) this.#parseText(line);
  }

  #parseText(line: string): void {
    const event = eventOf(line);
    if (event !== undefined) this.#textLength += this.#reader.textLengthIn(event);
  }
}

/** The end of the last whole line; 0 if there is none. */
function lastLineEnd(text: string): number {
  return text.charCodeAt(text.length - 1) === LINE_FEED ? text.length : text.lastIndexOf('\n') + 1;
}

/**
 * Whether the string that ends here is the last one of its delta: only closing brackets follow, and then no
 * new object.
 */
function isLastString(text: string, quoteAt: number): boolean {
  let at = quoteAt + 1;
  let code = text.charCodeAt(at);
  if (code !== CLOSING_BRACE) return false;
  while (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return code !== COMMA || text.charCodeAt(at + 1) !== BRACE;
}

/** Whether a key `usage` has an object. OpenAI sends `"usage":null` in every chunk but the last. */
function holdsUsage(line: string): boolean {
  for (let at = line.indexOf(USAGE); at !== -1; at = line.indexOf(USAGE, at + USAGE.length)) {
    let value = at + USAGE.length;
    while (line[value] === ':' || line[value] === ' ') value += 1;
    if (line.charCodeAt(value) === BRACE) return true;
  }
  return false;
}

function eventOf(line: string): JsonObject | undefined {
  const parsed = parseJson(line.slice(DATA.length));
  return parsed.ok ? objectOf(parsed.value) : undefined;
}
