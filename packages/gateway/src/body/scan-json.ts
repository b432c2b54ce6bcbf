import { plainEnd } from './plain-bytes.ts';

/*
 * A strict JSON scanner (RFC 8259) that creates no objects. It checks the grammar and reports the spans of the
 * members of one object, so that a body can be checked and edited in place without changing other bytes.
 * The input must be valid UTF-8.
 *
 * It scans in steps of bounded work, so that a caller can return to the event loop between the steps of a
 * large body.
 */

/** The bytes of a value, from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Called for each member of the object, in order; spans include the quotes of a key. */
export type OnMember = (key: Span, value: Span) => void;

export type ScanEnd = 'whole' | 'malformed' | 'too-deep';

/** One step scans this many tokens or about this many bytes, whichever comes first. */
export const TOKENS_A_STEP = 10_000;
export const BYTES_A_STEP = 512 * 1024;
/** Longer numbers are rejected; RFC 8259 §6 allows such a limit. */
const MAX_NUMBER_BYTES = 4096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BAD = -1;

const LITERALS = new Map(['true', 'false', 'null'].map((text) => [text.charCodeAt(0), text]));

/** What is expected next, apart from white space. */
type Expecting =
  | 'root'
  | 'first-key'
  | 'key'
  | 'rest-of-key'
  | 'colon'
  | 'first-element'
  | 'value'
  | 'rest-of-string'
  | 'comma'
  | 'nothing';

/** Scans the one object of a span, with only white space around it. */
export class ObjectScan {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #maxDepth: number;
  readonly #onMember: OnMember;
  /** The closing bytes of the open objects and lists, outermost first. */
  readonly #open: number[] = [];
  #at: number;
  #limit = 0;
  #expecting: Expecting = 'root';
  #key: Span = { start: 0, end: 0 };
  #start = 0;

  constructor(bytes: Uint8Array, span: Span, maxDepth: number, onMember: OnMember) {
    this.#bytes = bytes;
    this.#end = span.end;
    this.#at = span.start;
    this.#maxDepth = maxDepth;
    this.#onMember = onMember;
  }

  /** Scans one step; undefined if there is more to scan. */
  step(): ScanEnd | undefined {
    this.#limit = Math.min(this.#end, this.#at + BYTES_A_STEP);
    for (let tokens = 0; tokens < TOKENS_A_STEP; tokens += 1) {
      if (!this.#isInString()) this.#skipSpace();
      if (this.#at >= this.#limit) {
        if (this.#at < this.#end) return undefined;
        return this.#expecting === 'nothing' ? 'whole' : 'malformed';
      }
      const end = this.#token(this.#bytes[this.#at] ?? 0);
      if (end !== undefined) return end;
    }
    return undefined;
  }

  #isInString(): boolean {
    return this.#expecting === 'rest-of-key' || this.#expecting === 'rest-of-string';
  }

  #skipSpace(): void {
    while (this.#at < this.#limit) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  #token(byte: number): ScanEnd | undefined {
    switch (this.#expecting) {
      case 'root':
        return this.#root(byte);
      case 'first-key':
        return this.#firstKey(byte);
      case 'key':
        return this.#beginKey(byte);
      case 'colon':
        return this.#colon(byte);
      case 'first-element':
        return this.#firstElement(byte);
      case 'value':
        return this.#value(byte);
      case 'comma':
        return this.#commaOrEnd(byte);
      case 'rest-of-key':
      case 'rest-of-string':
        return this.#string();
      case 'nothing':
        return 'malformed';
    }
  }

  /** Skips the current byte. */
  #goOn(expecting: Expecting): ScanEnd | undefined {
    this.#at += 1;
    this.#expecting = expecting;
    return undefined;
  }

  #enter(close: number): ScanEnd | undefined {
    if (this.#open.length >= this.#maxDepth) return 'too-deep';
    this.#open.push(close);
    return this.#goOn(close === CLOSE_OBJECT ? 'first-key' : 'first-element');
  }

  #leave(byte: number): ScanEnd | undefined {
    if (this.#open.pop() !== byte) return 'malformed';
    this.#at += 1;
    if (this.#open.length === 0) this.#expecting = 'nothing';
    else this.#endValue();
    return undefined;
  }

  #root(byte: number): ScanEnd | undefined {
    return byte === OPEN_OBJECT ? this.#enter(CLOSE_OBJECT) : 'malformed';
  }

  #firstKey(byte: number): ScanEnd | undefined {
    return byte === CLOSE_OBJECT ? this.#leave(byte) : this.#beginKey(byte);
  }

  #colon(byte: number): ScanEnd | undefined {
    return byte === COLON ? this.#goOn('value') : 'malformed';
  }

  #firstElement(byte: number): ScanEnd | undefined {
    return byte === CLOSE_ARRAY ? this.#leave(byte) : this.#value(byte);
  }

  #beginKey(byte: number): ScanEnd | undefined {
    if (byte !== QUOTE) return 'malformed';
    if (this.#open.length === 1) this.#start = this.#at;
    return this.#goOn('rest-of-key');
  }

  #commaOrEnd(byte: number): ScanEnd | undefined {
    if (byte !== COMMA) return this.#leave(byte);
    return this.#goOn(this.#open.at(-1) === CLOSE_OBJECT ? 'key' : 'value');
  }

  #value(byte: number): ScanEnd | undefined {
    if (this.#open.length === 1) this.#start = this.#at;
    if (byte === QUOTE) return this.#goOn('rest-of-string');
    if (byte === OPEN_OBJECT) return this.#enter(CLOSE_OBJECT);
    if (byte === OPEN_ARRAY) return this.#enter(CLOSE_ARRAY);
    const literal = LITERALS.get(byte);
    const end =
      literal === undefined
        ? numberEnd(this.#bytes, this.#at)
        : literalEnd(this.#bytes, this.#at, literal);
    if (end === BAD || end > this.#end) return 'malformed';
    this.#at = end;
    this.#endValue();
    return undefined;
  }

  #string(): ScanEnd | undefined {
    const bytes = this.#bytes;
    const at = plainEnd(bytes, this.#at, this.#limit);
    this.#at = at;
    if (at >= this.#limit) return undefined;
    if (bytes[at] === QUOTE) return this.#endString();
    const length = bytes[at] === BACKSLASH ? escapeLength(bytes, at) : 0;
    this.#at = at + length;
    return length === 0 ? 'malformed' : undefined;
  }

  #endString(): ScanEnd | undefined {
    this.#at += 1;
    if (this.#expecting === 'rest-of-string') {
      this.#endValue();
      return undefined;
    }
    if (this.#open.length === 1) this.#key = { start: this.#start, end: this.#at };
    this.#expecting = 'colon';
    return undefined;
  }

  #endValue(): void {
    this.#expecting = 'comma';
    if (this.#open.length === 1) this.#onMember(this.#key, { start: this.#start, end: this.#at });
  }
}

const SHORT_ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

/** The length of the escape sequence at `at`; 0 if it is invalid. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1] ?? 0;
  if (SHORT_ESCAPES.has(kind)) return 2;
  if (kind !== 0x75) return 0;
  for (let digit = at + 2; digit < at + 6; digit += 1) {
    if (!isHexDigit(bytes[digit] ?? 0)) return 0;
  }
  return 6;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (lower >= 0x61 && lower <= 0x66);
}

function literalEnd(bytes: Uint8Array, at: number, literal: string): number {
  for (let offset = 1; offset < literal.length; offset += 1) {
    if (bytes[at + offset] !== literal.charCodeAt(offset)) return BAD;
  }
  return at + literal.length;
}

function numberEnd(bytes: Uint8Array, start: number): number {
  const last = start + MAX_NUMBER_BYTES;
  const whole = bytes[start] === MINUS ? start + 1 : start;
  let at = digitsEnd(bytes, whole, last);
  if (at === whole || (bytes[whole] === ZERO && at > whole + 1)) return BAD;
  if (bytes[at] === POINT) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction, last);
    if (at === fraction) return BAD;
  }
  if (((bytes[at] ?? 0) | 0x20) !== 0x65) return at;
  const sign = bytes[at + 1];
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
  const end = digitsEnd(bytes, exponent, last);
  return end === exponent ? BAD : end;
}

/** The index after the digits. A number that is too long stops in the middle, which makes it invalid. */
function digitsEnd(bytes: Uint8Array, start: number, last: number): number {
  let at = start;
  for (
    let byte = bytes[at] ?? 0;
    byte >= ZERO && byte <= NINE && at < last;
    byte = bytes[at] ?? 0
  ) {
    at += 1;
  }
  return at;
}
