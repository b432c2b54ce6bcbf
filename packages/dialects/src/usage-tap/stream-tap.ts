import { parseJson, utf8StreamDecoder, type JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { UsageTap } from '../dialect.ts';
import { objectOf } from '../json/read-json.ts';
import { jsonStringLength } from './json-string-length.ts';

/** What the tap must know of a dialect. */
export interface TapReader {
  /** Stands in every event that delivers text, and in few others. */
  readonly deltaMark: string;
  /** Keys whose strings are delivered text. */
  readonly textKeys: readonly string[];
  /** The counts in an event; empty where it has none. */
  usageIn(event: JsonObject): Usage;
  /** The delivered text in an event, for events that are not written compactly. */
  textLengthIn(event: JsonObject): number;
}

/** A longer line is passed over: no event that matters here comes near it. */
const MAX_LINE = 16 * 1024 * 1024;
const BRACE = 0x7b;

/**
 * Finds the counts in a stream without building its events: lines are searched for marks, text is
 * measured where it stands, and only an event that holds usage is parsed.
 */
export class StreamTap implements UsageTap {
  readonly #reader: TapReader;
  readonly #marks: readonly string[];
  readonly #decoder = utf8StreamDecoder();
  #rest = '';
  #skipsLine = false;
  #usage: Usage = {};
  #textLength = 0;

  constructor(reader: TapReader) {
    this.#reader = reader;
    this.#marks = reader.textKeys.map((key) => `"${key}":"`);
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.push(chunk));
  }

  end(): void {
    this.#take(`${this.#decoder.end()}\n`);
  }

  usage(): Usage {
    return this.#usage;
  }

  textLength(): number {
    return this.#textLength;
  }

  #take(decoded: string): void {
    const text = decoded.includes('\r') ? decoded.replaceAll('\r', '\n') : decoded;
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      if (this.#rest === '' && !this.#skipsLine) this.#takeLine(text.slice(start, end));
      else this.#endHeldLine(text.slice(start, end));
      start = end + 1;
    }
    if (start < text.length && !this.#skipsLine) this.#rest += text.slice(start);
    if (this.#rest.length > MAX_LINE) {
      this.#rest = '';
      this.#skipsLine = true;
    }
  }

  #endHeldLine(lineEnd: string): void {
    const line = this.#rest + lineEnd;
    const isSkipped = this.#skipsLine;
    this.#rest = '';
    this.#skipsLine = false;
    if (!isSkipped) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    if (!line.startsWith('data:')) return;
    if (holdsUsage(line)) this.#takeUsage(line);
    if (line.includes(this.#reader.deltaMark)) this.#takeText(line);
  }

  #takeUsage(line: string): void {
    const event = eventOf(line);
    if (event !== undefined) this.#usage = { ...this.#usage, ...this.#reader.usageIn(event) };
  }

  #takeText(line: string): void {
    let isCompact = false;
    for (const mark of this.#marks) {
      for (let at = line.indexOf(mark); at !== -1; at = line.indexOf(mark, at + mark.length)) {
        isCompact = true;
        this.#textLength += jsonStringLength(line, at + mark.length);
      }
    }
    if (isCompact) return;
    const event = eventOf(line);
    if (event !== undefined) this.#textLength += this.#reader.textLengthIn(event);
  }
}

/** Whether a key `usage` holds an object; OpenAI says `"usage":null` in every chunk but the last. */
function holdsUsage(line: string): boolean {
  for (let at = line.indexOf('"usage"'); at !== -1; at = line.indexOf('"usage"', at + 7)) {
    let value = at + 7;
    while (line[value] === ':' || line[value] === ' ') value += 1;
    if (line.charCodeAt(value) === BRACE) return true;
  }
  return false;
}

function eventOf(line: string): JsonObject | undefined {
  const parsed = parseJson(line.slice('data:'.length));
  return parsed.ok ? objectOf(parsed.value) : undefined;
}
