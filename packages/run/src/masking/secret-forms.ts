import { revealSecret, type Secret } from '@postern/kernel';

/** One spelling of a step: its bytes in lower and in upper case, of equal length. */
export interface Spelling {
  readonly lower: Uint8Array;
  readonly upper: Uint8Array;
}

/** One unit of a form (a character, a base64 digit, a nibble) with every spelling it may have. */
export type Step = readonly Spelling[];

/** One way in which a secret may show up in output: a sequence of steps. */
export interface Form {
  readonly stepCount: number;
  /** Made when first asked for: most output never comes near the later steps. */
  step(at: number): Step;
  /**
   * What may stand before a step but the first: nothing; a line break, as tools wrap base64 and hex;
   * or what tools put between the bytes of hex (see `GAP_SEPARATORS`), with and without a line break.
   */
  gap(at: number): Gap;
  /** How many steps may be shown when the output pauses inside a possible match. */
  readonly showable: number;
}

/**
 * The shortest value that is masked, in bytes of UTF-8. A shorter one would hide ordinary words
 * and numbers all over the output, and whoever sees the gaps could guess it anyway.
 */
export const MIN_MASKED_BYTES = 8;

// Single lines of a longer value (a PEM key printed with another indentation) are masked from here.
const MIN_LINE_BYTES = 16;
const MAX_SHOWABLE = 3;

/** At most one of these stands on each side of a line break in hex. */
export const GAP_SEPARATORS = ': -';
export type Gap = 'none' | 'break' | 'separators';

/** Whether the value is long enough to be masked; see `MIN_MASKED_BYTES`. */
export function isMaskable(secret: Secret): boolean {
  return Buffer.byteLength(revealSecret(secret).trim()) >= MIN_MASKED_BYTES;
}

/**
 * Every form of one secret: its text with each character as it is, percent-encoded (RFC 3986) or
 * JSON-escaped (RFC 8259 §7), once or twice, in any mixture; base64 and base64url (RFC 4648) at the
 * three alignments; hex, also with a colon, dash or space between its bytes; UTF-16 of either byte
 * order. Empty where the secret is too short. White space around the value is not part of it; the
 * lines of a value of several lines are forms of their own.
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
  // A pseudo-terminal writes a line feed as carriage return and line feed.
  ['\n', ['\\n', '\r\n']],
  ['\r', ['\\r']],
  ['\t', ['\\t']],
  // application/x-www-form-urlencoded.
  [' ', ['+']],
]);

function textForm(text: string): Form {
  // Line feeds also match as carriage return and line feed, so that either may have been stored.
  const characters = charactersOf(text);
  return formOf(characters.length, noGap, (at) => spellingsOf(characters[at] ?? ''));
}

function charactersOf(text: string): readonly string[] {
  return Array.from(text.replaceAll('\r\n', '\n'));
}

/** In both byte orders; none for a value that would be shorter so than any other form. */
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

/** No encoder escapes these (RFC 3986 §2.3), so that none escapes them twice. */
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

/** Escaped twice, as in a request that is logged: JSON in JSON, a URL in a URL, JSON in a URL. */
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

/** Each group of hexadecimal digits behind the head, which itself has only one case. */
function digitsAfter(head: string, groups: readonly string[]): Spelling {
  const spell = (digits: readonly string[]): Uint8Array =>
    Buffer.from(digits.map((group) => `${head}${group}`).join(''));
  return { lower: spell(groups), upper: spell(groups.map((group) => group.toUpperCase())) };
}

/** A short escape such as `\"`, escaped or percent-encoded in turn. */
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

// Base64 inside a URL or a JSON text has its two special digits escaped in turn.
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
 * The base64 digits that carry bits of the value when `skipped` bytes stand before it in the
 * encoded text. The first and the last may hold foreign bits too: they take every digit that
 * agrees in the value's own bits, so not even those are shown.
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
