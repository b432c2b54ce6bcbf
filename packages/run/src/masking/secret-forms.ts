import { revealSecret, type Secret } from '@postern/kernel';

/** One spelling of a step: its bytes in lower and in upper case, of equal length. */
export interface Spelling {
  readonly lower: Uint8Array;
  readonly upper: Uint8Array;
}

/** One unit of a form (a character, a base64 digit, a nibble): its possible spellings. */
export type Step = readonly Spelling[];

/** One encoding in which a secret may appear in output, as a sequence of steps. */
export interface Form {
  readonly stepCount: number;
  /** Created on demand, because most output never matches the later steps. */
  step(at: number): Step;
  /**
   * What may be between a step and the one before it: nothing; a line break, because tools wrap base64 and
   * hex; or the separators of hex dumps (see `GAP_SEPARATORS`), with or without a line break.
   */
  gap(at: number): Gap;
  /** The number of steps that may be shown if the output pauses inside a possible match. */
  readonly showable: number;
}

/**
 * The length in UTF-8 bytes from which a value is masked. Shorter values would mask ordinary words and
 * numbers everywhere in the output, and could be guessed from the gaps anyway.
 */
export const MIN_MASKED_BYTES = 8;

// The length from which single lines of a value are masked, such as those of an indented PEM key.
const MIN_LINE_BYTES = 16;
const MAX_SHOWABLE = 3;

/** The separators between hex bytes. There is at most one on each side of a line break. */
export const GAP_SEPARATORS = ': -';
export type Gap = 'none' | 'break' | 'separators';

/** Whether the value is long enough to be masked; see `MIN_MASKED_BYTES`. */
export function isMaskable(secret: Secret): boolean {
  return Buffer.byteLength(revealSecret(secret).trim()) >= MIN_MASKED_BYTES;
}

/**
 * Every form of one secret; none if it is too short:
 *
 * - its text, with each character as it is, percent-encoded (RFC 3986) or JSON-escaped (RFC 8259 §7),
 *   once or twice, in any mixture
 * - base64 and base64url (RFC 4648) at all three alignments
 * - hex, also with colons, dashes or spaces between its bytes
 * - UTF-16 in both byte orders
 *
 * White space around the value isn't part of it. Each line of a multi-line value has its own forms.
 */
export function formsOf(secret: Secret): readonly Form[] {
  if (!isMaskable(secret)) return [];
  const text = revealSecret(secret).trim();
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const values = lines.length === 1 ? [text] : [text, ...lines.filter(isSecretLine)];
  return [...new Set(values)].flatMap((value) => {
    const bytes = Buffer.from(value);
    return [
      textForm(value),
      ...[0, 1, 2].map((skipped) => base64Form(bytes, skipped)),
      hexForm(bytes),
      ...utf16Forms(value),
    ];
  });
}

function isSecretLine(line: string): boolean {
  return Buffer.byteLength(line) >= MIN_LINE_BYTES && !/^-{5}[A-Z0-9 ]+-{5}$/.test(line);
}

function formOf(stepCount: number, gap: (at: number) => Gap, make: (at: number) => Step): Form {
  const steps: Step[] = [];
  return {
    stepCount,
    gap,
    step: (at) => (steps[at] ??= make(at)),
    showable: Math.min(MAX_SHOWABLE, Math.floor(stepCount / MIN_MASKED_BYTES)),
  };
}

function exactly(text: string): Spelling {
  return asBytes(Buffer.from(text));
}

function asBytes(bytes: Uint8Array): Spelling {
  return { lower: bytes, upper: bytes };
}

const noGap = (): Gap => 'none';
const anyBreak = (): Gap => 'break';

const SHORT_ESCAPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['"', ['\\"']],
  ['\\', ['\\\\']],
  ['/', ['\\/']],
  ['\b', ['\\b']],
  ['\f', ['\\f']],
  // A pseudo-terminal turns a line feed into a carriage return and a line feed.
  ['\n', ['\\n', '\r\n']],
  ['\r', ['\\r']],
  ['\t', ['\\t']],
  // application/x-www-form-urlencoded.
  [' ', ['+']],
]);

function textForm(text: string): Form {
  // A line feed also matches a carriage return and line feed, so it doesn't matter which was stored.
  const characters = charactersOf(text);
  return formOf(characters.length, noGap, (at) => spellingsOf(characters[at] ?? ''));
}

function charactersOf(text: string): readonly string[] {
  return Array.from(text.replaceAll('\r\n', '\n'));
}

/** UTF-16 in both byte orders; none if it would be shorter than `MIN_MASKED_BYTES`. */
function utf16Forms(text: string): readonly Form[] {
  const characters = charactersOf(text);
  if (Buffer.byteLength(characters.join(''), 'utf16le') < MIN_MASKED_BYTES) return [];
  const swaps = [false, true];
  return swaps.map((isSwapped) => {
    const spell = (character: string): Spelling => {
      const bytes = Buffer.from(character, 'utf16le');
      return asBytes(isSwapped ? bytes.swap16() : bytes);
    };
    return formOf(characters.length, noGap, (at) => {
      const character = characters[at] ?? '';
      return character === '\n' ? [spell('\n'), spell('\r\n')] : [spell(character)];
    });
  });
}

function spellingsOf(character: string): Step {
  const units = [...Array(character.length).keys()].map((at) =>
    character.charCodeAt(at).toString(16).padStart(4, '0'),
  );
  const bytes = [...Buffer.from(character)].map(hexOf);
  const short = SHORT_ESCAPES.get(character) ?? [];
  return [
    exactly(character),
    digitsAfter('%', bytes),
    digitsAfter('\\u', units),
    ...short.map(exactly),
    ...(UNRESERVED.test(character) ? [] : spellingsOfTwice(short, bytes, units)),
  ];
}

/** No encoder escapes these characters (RFC 3986 §2.3), so they aren't escaped twice either. */
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/** Spellings that are escaped twice, as in a logged request: JSON in JSON, URL in URL, JSON in URL. */
function spellingsOfTwice(
  short: readonly string[],
  bytes: readonly string[],
  units: readonly string[],
): readonly Spelling[] {
  return [
    digitsAfter('%25', bytes),
    ...['\\\\u', '%5Cu', '%5cu'].map((head) => digitsAfter(head, units)),
    ...short.filter((escape) => escape.startsWith('\\')).flatMap(escapedAgain),
  ];
}

/** Each group of hexadecimal digits after the head. Only the digits have two cases. */
function digitsAfter(head: string, groups: readonly string[]): Spelling {
  const spell = (digits: readonly string[]): Uint8Array =>
    Buffer.from(digits.map((group) => `${head}${group}`).join(''));
  return { lower: spell(groups), upper: spell(groups.map((group) => group.toUpperCase())) };
}

/** A short escape such as `\"`, escaped again or percent-encoded. */
function escapedAgain(escape: string): readonly Spelling[] {
  const inJson = JSON.stringify(escape).slice(1, -1);
  const inUrl = encodeURIComponent(escape);
  const texts = [inJson, inJson.replaceAll('/', '\\/'), inUrl, inUrl.toLowerCase()];
  return [...new Set(texts)].map(exactly);
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function hexForm(bytes: Uint8Array): Form {
  const gap = (at: number): Gap => (at % 2 === 0 ? 'separators' : 'break');
  return formOf(bytes.length * 2, gap, (at) => {
    const digit = hexOf(bytes[at >> 1] ?? 0).charAt(at & 1);
    return [digitsAfter('', [digit])];
  });
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// In a URL or JSON text, the two special digits of base64 may be escaped.
const SPECIAL_DIGITS: ReadonlyMap<number, readonly Spelling[]> = new Map([
  [62, [exactly('+'), exactly('-'), ...['%', '%25'].map((head) => digitsAfter(head, ['2b']))]],
  [
    63,
    [
      ...['/', '_', '\\/', '\\\\/', '\\\\\\/'].map(exactly),
      ...['%', '%25'].map((head) => digitsAfter(head, ['2f'])),
    ],
  ],
]);

function base64Digit(value: number): readonly Spelling[] {
  return SPECIAL_DIGITS.get(value) ?? [exactly(BASE64.charAt(value))];
}

/**
 * The base64 digits that contain bits of the value if `skipped` bytes come before it. The first and last
 * digit may also contain bits of other bytes. They match every digit that has the value's bits, so that
 * they are masked too.
 */
function base64Form(bytes: Uint8Array, skipped: number): Form {
  const firstBit = skipped * 8;
  const endBit = firstBit + bytes.length * 8;
  const firstDigit = Math.floor(firstBit / 6);
  return formOf(Math.ceil(endBit / 6) - firstDigit, anyBreak, (at) => {
    const digitBit = (firstDigit + at) * 6;
    let values = [0];
    for (let bit = digitBit; bit < digitBit + 6; bit += 1) {
      const choices = bit < firstBit || bit >= endBit ? [0, 1] : [bitAt(bytes, bit - firstBit)];
      values = values.flatMap((value) => choices.map((choice) => value * 2 + choice));
    }
    return values.flatMap(base64Digit);
  });
}

function bitAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
}
