import type { Span } from './scan-json.ts';

/*
 * Recognises a conversation by its first question. The body was checked before, so this scan only needs to
 * find strings and brackets.
 */

/** The first question is near the start. A longer start is recognised by this much of it. */
const MAX_SCANNED_BYTES = 65_536;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const TEXT_KEYS: ReadonlySet<string> = new Set(['"text"', '"content"']);
const ROLE_KEY = '"role"';
const USER = '"user"';
const LONGEST_NAME = '"content"'.length;

/**
 * A hash of the texts of the first user message in a list of messages or input items, or of the input itself
 * if it is a string. Only texts count: clients move `cache_control` from turn to turn. Without a user message
 * it is the hash of the first item.
 */
export function hashFirstQuestion(bytes: Uint8Array, span: Span, seed: number): number {
  return new QuestionScan(bytes, span, seed).run();
}

class QuestionScan {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #seed: number;
  #at: number;
  /** 0: in the list itself; 1: in an item. */
  #depth = -1;
  #key = '';
  #hash: number;
  #firstHash: number | undefined;
  #isUser = false;

  constructor(bytes: Uint8Array, span: Span, seed: number) {
    this.#bytes = bytes;
    this.#at = span.start;
    this.#end = Math.min(span.end, span.start + MAX_SCANNED_BYTES);
    this.#seed = seed;
    this.#hash = seed;
  }

  run(): number {
    while (this.#at < this.#end) {
      if (this.#step(this.#bytes[this.#at] ?? 0)) return this.#hash;
    }
    return this.#firstHash ?? this.#hash;
  }

  /** Returns true at the end of the first user message. */
  #step(byte: number): boolean {
    if (byte === QUOTE) {
      this.#string();
      return false;
    }
    this.#at += 1;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      this.#depth += 1;
      this.#key = '';
    }
    return (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && this.#close();
  }

  #close(): boolean {
    this.#depth -= 1;
    this.#key = '';
    if (this.#depth !== 0) return false;
    if (this.#isUser) return true;
    this.#firstHash ??= this.#hash;
    this.#hash = this.#seed;
    return false;
  }

  #string(): void {
    const start = this.#at;
    this.#at = stringEnd(this.#bytes, start, this.#end);
    const next = this.#skipSpace();
    if (next === COLON) {
      this.#key = this.#shortText(start);
      return;
    }
    const isInput = this.#depth < 0;
    if (isInput || TEXT_KEYS.has(this.#key)) {
      this.#hash = hashBytes(this.#bytes, start, this.#at, this.#hash);
    } else if (this.#depth === 1 && this.#key === ROLE_KEY) {
      this.#isUser = this.#shortText(start) === USER;
    }
    this.#key = '';
  }

  #shortText(start: number): string {
    if (this.#at - start > LONGEST_NAME) return '';
    return String.fromCharCode(...this.#bytes.subarray(start, this.#at));
  }

  /** Skips white space after a string, and returns the byte that follows. */
  #skipSpace(): number | undefined {
    let at = this.#at;
    while (at < this.#end && (this.#bytes[at] ?? 0) <= 0x20) at += 1;
    return this.#bytes[at];
  }
}

function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, end);
}

/** FNV-1a (RFC 9923), 32 bits. Not for secrets: it only spreads conversations. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}

export function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

export const HASH_SEED = 0x811c9dc5;
