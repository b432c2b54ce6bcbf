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
  /** Whether a line break may stand between two steps, as tools wrap base64 and hex. */
  readonly wraps: boolean;
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

/** Whether the value is long enough to be masked; see `MIN_MASKED_BYTES`. */
export function isMaskable(secret: Secret): boolean {
  return Buffer.byteLength(revealSecret(secret).trim()) >= MIN_MASKED_BYTES;
}

/**
 * Every form of one secret: its text with each character as it is, percent-encoded (RFC 3986) or
 * JSON-escaped (RFC 8259 §7) in any mixture; base64 and base64url (RFC 4648) at the three
 * alignments; hex. Empty where the secret is too short. White space around the value is not part
 * of it; the lines of a value of several lines are forms of their own.
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
    ];
  });
}

function isSecretLine(line: string): boolean {
  return Buffer.byteLength(line) >= MIN_LINE_BYTES && !/^-{5}[A-Z0-9 ]+-{5}$/.test(line);
}

function formOf(stepCount: number, wraps: boolean, make: (at: number) => Step): Form {
  const steps: Step[] = [];
  return {
    stepCount,
    wraps,
    step: (at) => (steps[at] ??= make(at)),
    showable: Math.min(MAX_SHOWABLE, Math.floor(stepCount / MIN_MASKED_BYTES)),
  };
}

/** A spelling whose hexadecimal digits may be of either case. */
function hexadecimal(head: string, digits: string): Spelling {
  return {
    lower: Buffer.from(head + digits.toLowerCase()),
    upper: Buffer.from(head + digits.toUpperCase()),
  };
}

function exactly(text: string): Spelling {
  const bytes = Buffer.from(text);
  return { lower: bytes, upper: bytes };
}

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
  const characters = Array.from(text.replaceAll('\r\n', '\n'));
  return formOf(characters.length, false, (at) => spellingsOf(characters[at] ?? ''));
}

function spellingsOf(character: string): Step {
  const units = [...Array(character.length).keys()].map((at) =>
    character.charCodeAt(at).toString(16).padStart(4, '0'),
  );
  const percent = [...Buffer.from(character)].map((byte) => `%${hexOf(byte)}`);
  return [
    exactly(character),
    hexadecimal('', percent.join('')),
    jsonEscape(units),
    ...(SHORT_ESCAPES.get(character) ?? []).map(exactly),
  ];
}

/** `\uXXXX` for each UTF-16 code unit; the `u` itself has only one case. */
function jsonEscape(units: readonly string[]): Spelling {
  const spell = (digits: readonly string[]): Uint8Array =>
    Buffer.from(digits.map((four) => `\\u${four}`).join(''));
  return { lower: spell(units), upper: spell(units.map((four) => four.toUpperCase())) };
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function hexForm(bytes: Uint8Array): Form {
  return formOf(bytes.length * 2, true, (at) => {
    const digit = hexOf(bytes[at >> 1] ?? 0).charAt(at & 1);
    return [hexadecimal('', digit)];
  });
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// Base64 inside a URL or a JSON text has its two special digits escaped in turn.
const SPECIAL_DIGITS: ReadonlyMap<number, readonly Spelling[]> = new Map([
  [62, [exactly('+'), exactly('-'), hexadecimal('%', '2b')]],
  [63, [exactly('/'), exactly('_'), exactly('\\/'), hexadecimal('%', '2f')]],
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
  return formOf(Math.ceil(endBit / 6) - firstDigit, true, (at) => {
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
