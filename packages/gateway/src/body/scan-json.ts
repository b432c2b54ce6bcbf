/*
 * A strict reader of JSON bytes (RFC 8259) that builds nothing: it checks the grammar and reports
 * where the members of one object stand, so that a body can be judged and edited in place while
 * every byte that need not change stays as it came. Texts must be valid UTF-8 already.
 */

/** Where a value stands: from its first byte up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Called for each member of the object, in order; spans include the quotes of a key. */
export type OnMember = (key: Span, value: Span) => void;

/** What a scan answers in place of a position. */
export const MALFORMED = -1;
export const TOO_DEEP = -2;

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

/** 1 for every byte that may stand in a string as it is. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

const LITERALS = new Map(['true', 'false', 'null'].map((text) => [text.charCodeAt(0), text]));

/**
 * Reads the object that begins at `start` (white space before it is skipped) and calls `onMember`
 * for each of its own members. Answers the position after the object, or MALFORMED or TOO_DEEP.
 */
export function scanObject(
  bytes: Uint8Array,
  start: number,
  maxDepth: number,
  onMember: OnMember,
): number {
  const at = skipSpace(bytes, start);
  if (bytes[at] !== OPEN_OBJECT) return MALFORMED;
  return maxDepth < 1 ? TOO_DEEP : objectEnd(bytes, at, maxDepth - 1, onMember);
}

/** The first position from `at` on that holds no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    const byte = bytes[next];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return next;
    next += 1;
  }
}

function objectEnd(
  bytes: Uint8Array,
  start: number,
  depthLeft: number,
  onMember: OnMember | undefined,
): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    const keyEnd = stringEnd(bytes, at);
    if (keyEnd < 0) return keyEnd;
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) return MALFORMED;
    const valueStart = skipSpace(bytes, colon + 1);
    const end = valueEnd(bytes, valueStart, depthLeft);
    if (end < 0) return end;
    onMember?.({ start: at, end: keyEnd }, { start: valueStart, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return MALFORMED;
    at = skipSpace(bytes, at + 1);
  }
}

function arrayEnd(bytes: Uint8Array, start: number, depthLeft: number): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_ARRAY) return at + 1;
  for (;;) {
    const end = valueEnd(bytes, at, depthLeft);
    if (end < 0) return end;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_ARRAY) return at + 1;
    if (bytes[at] !== COMMA) return MALFORMED;
    at = skipSpace(bytes, at + 1);
  }
}

function valueEnd(bytes: Uint8Array, at: number, depthLeft: number): number {
  const byte = bytes[at];
  switch (byte) {
    case undefined:
      return MALFORMED;
    case QUOTE:
      return stringEnd(bytes, at);
    case OPEN_OBJECT:
      return depthLeft < 1 ? TOO_DEEP : objectEnd(bytes, at, depthLeft - 1, undefined);
    case OPEN_ARRAY:
      return depthLeft < 1 ? TOO_DEEP : arrayEnd(bytes, at, depthLeft - 1);
    default: {
      const literal = LITERALS.get(byte);
      return literal === undefined ? numberEnd(bytes, at) : literalEnd(bytes, at, literal);
    }
  }
}

function stringEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return MALFORMED;
  let at = start + 1;
  for (;;) {
    while (PLAIN[bytes[at] ?? 0] === 1) at += 1;
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] !== BACKSLASH) return MALFORMED;
    const length = escapeLength(bytes, at);
    if (length === 0) return MALFORMED;
    at += length;
  }
}

const SHORT_ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

/** Bytes of the escape sequence at `at`; 0 where it is none. */
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
    if (bytes[at + offset] !== literal.charCodeAt(offset)) return MALFORMED;
  }
  return at + literal.length;
}

function numberEnd(bytes: Uint8Array, start: number): number {
  const whole = bytes[start] === MINUS ? start + 1 : start;
  let at = digitsEnd(bytes, whole);
  if (at === whole || (bytes[whole] === ZERO && at > whole + 1)) return MALFORMED;
  if (bytes[at] === POINT) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction);
    if (at === fraction) return MALFORMED;
  }
  if (((bytes[at] ?? 0) | 0x20) !== 0x65) return at;
  const sign = bytes[at + 1];
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
  const end = digitsEnd(bytes, exponent);
  return end === exponent ? MALFORMED : end;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at += 1;
  return at;
}
