import { Secret } from '@postern/kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker, MASK } from './masker.ts';

/*
 * The reference implementation: regular expressions over the whole stream at once. It finds the boundary
 * digits of base64 by trying every neighbouring byte, not by looking at bits.
 */

const anyCase = (digits: string): string =>
  digits.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
const literally = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function textPattern(value: string): string {
  return Array.from(value)
    .map((character) => {
      const codes = [...Buffer.from(character)].map((byte) => anyCase(hex(byte, 2)));
      const units = character.split('').map((unit) => anyCase(hex(unit.charCodeAt(0), 4)));
      const after = (head: string, groups: readonly string[]): string =>
        groups.map((group) => `${literally(head)}${group}`).join('');
      const heads = [after('\\u', units)];
      if (/[^\w.~-]/.test(character)) {
        heads.push(...['\\\\u', '%5Cu', '%5cu'].map((head) => after(head, units)));
        heads.push(after('%25', codes));
      }
      const short = JSON.stringify(character).slice(1, -1);
      const others = { '/': ['\\/'], ' ': ['+'], '\n': ['\r\n'] }[character] ?? [];
      const texts = [character, short, ...others, ...twice(short), ...others.flatMap(twice)];
      const spellings = [after('%', codes), ...heads, ...texts.map(literally)];
      return `(?:${spellings.join('|')})`;
    })
    .join('');
}

/** The spellings of an escape in another JSON text or a URL; none if it isn't an escape. */
function twice(escape: string): readonly string[] {
  if (!/^\\./.test(escape)) return [];
  const doubled = escape.replace(/["\\]/g, String.raw`\$&`);
  const percent = encodeURIComponent(escape);
  return [doubled, doubled.replace('/', String.raw`\/`), percent, percent.toLowerCase()];
}

/** A pattern of UTF-16 in one byte order. */
function utf16Pattern(value: string, order: 'le' | 'be'): string {
  const inOrder = (text: string): string =>
    text
      .split('')
      .map((unit) => {
        const [low, high] = [unit.charCodeAt(0) & 0xff, unit.charCodeAt(0) >> 8];
        return String.fromCharCode(...(order === 'le' ? [low, high] : [high, low]));
      })
      .join('');
  const escaped = (text: string): string => inOrder(text).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return value
    .split('')
    .map((unit) => (unit === '\n' ? `(?:${escaped('\n')}|${escaped('\r\n')})` : escaped(unit)))
    .join('');
}

function base64Pattern(value: string, skipped: number): string {
  const bytes = Buffer.from(value);
  const seen: Set<string>[] = [];
  for (let neighbour = 0; neighbour < 256; neighbour += 1) {
    const around = [Buffer.alloc(skipped, neighbour), bytes, Buffer.alloc(2, neighbour)];
    const encoded = Buffer.concat(around).toString('base64');
    const first = Math.floor((skipped * 8) / 6);
    const end = Math.ceil(((skipped + bytes.length) * 8) / 6);
    for (let at = first; at < end; at += 1) {
      (seen[at - first] ??= new Set()).add(encoded.charAt(at));
    }
  }
  const special: Readonly<Record<string, string>> = {
    '+': '\\+|-|%(?:25)?2[bB]',
    '/': '/|_|\\\\{1,3}/|%(?:25)?2[fF]',
  };
  return seen
    .map((digits) => `(?:${[...digits].map((digit) => special[digit] ?? digit).join('|')})`)
    .join('(?:\\r?\\n)?');
}

function hexPattern(value: string): string {
  const bytes = [...Buffer.from(value)].map((byte) =>
    Array.from(hex(byte, 2), anyCase).join('(?:\\r?\\n)?'),
  );
  return bytes.join('[ :-]?(?:\\r?\\n)?[ :-]?');
}

function reference(values: readonly string[]): (input: string) => string {
  const patterns = values
    .flatMap((value) => [
      textPattern(value),
      ...[0, 1, 2].map((skipped) => base64Pattern(value, skipped)),
      hexPattern(value),
      utf16Pattern(value, 'le'),
      utf16Pattern(value, 'be'),
    ])
    .map((pattern) => new RegExp(pattern, 'y'));
  return (input) => {
    const ranges: { start: number; end: number }[] = [];
    for (let start = 0; start < input.length; start += 1) {
      const ends = patterns.map((pattern) => {
        pattern.lastIndex = start;
        return pattern.test(input) ? pattern.lastIndex : -1;
      });
      const end = Math.max(...ends);
      const last = ranges.at(-1);
      if (end === -1) continue;
      if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
      else ranges.push({ start, end });
    }
    let output = '';
    let shown = 0;
    for (const { start, end } of ranges) {
      output += input.slice(shown, start) + MASK;
      shown = end;
    }
    return output + input.slice(shown);
  };
}

const VALUES = ['aabaabaa', 'abaabaacc', 'secret/key+"é', 'line one\nline two, longer than it'];
const LINES = ['line two, longer than it'];
const masked = reference([...VALUES, ...LINES]);

// Parts of the encoded values, so that near misses, overlaps and split matches are common.
const ENCODED = VALUES.flatMap((value) => [
  Buffer.from(value).toString('latin1'),
  Buffer.from(value).toString('base64'),
  Buffer.from(`x${value}y`).toString('base64'),
  Buffer.from(`xx${value}yy`).toString('base64url'),
  Buffer.from(value).toString('hex'),
  encodeURIComponent(value),
  Buffer.from(JSON.stringify(value)).toString('latin1'),
  value.replace(/[\s\S]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`),
  value.replace(/[^\w.~-]/g, (unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`),
  encodeURIComponent(encodeURIComponent(value)),
  encodeURIComponent(JSON.stringify(value)),
  Buffer.from(JSON.stringify(JSON.stringify(value))).toString('latin1'),
  Buffer.from(value)
    .toString('hex')
    .replace(/..(?=.)/g, '$&:'),
  Buffer.from(value)
    .toString('hex')
    .toUpperCase()
    .replace(/.{4}(?=.)/g, '$&\n '),
  Buffer.from(value, 'utf16le').toString('latin1'),
  Buffer.from(value, 'utf16le').swap16().toString('latin1'),
]);

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ENCODED) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...ENCODED), fc.nat(40), fc.nat(40))
      .map(([text, from, length]) => text.slice(from, from + length)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'aab',
      '\n',
      '\r\n',
      '%',
      '\\',
      '\\u00',
      '=',
      ':',
      '\0',
      '%25',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 20 })
      .map((bytes) => Buffer.from(bytes).toString('latin1')),
  },
);
const stream = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

test('gives the same bytes as the reference for any stream in any chunks', () => {
  const masker = createMasker(VALUES.map((value) => Secret.of(value)));
  fc.assert(
    fc.property(stream, fc.array(fc.nat(30), { maxLength: 30 }), (input, lengths) => {
      const output: Uint8Array[] = [];
      let at = 0;
      for (const length of lengths) {
        output.push(masker.push(Buffer.from(input.slice(at, at + length), 'latin1')));
        at += length;
      }
      output.push(masker.push(Buffer.from(input.slice(at), 'latin1')), masker.end());
      expect(Buffer.concat(output).toString('latin1')).toBe(masked(input));
    }),
    { numRuns: 3000 },
  );
});

test('shows no value in any form and all other bytes, with pauses anywhere', () => {
  const masker = createMasker(VALUES.map((value) => Secret.of(value)));
  fc.assert(
    fc.property(stream, fc.array(fc.nat(9), { maxLength: 60 }), (input, lengths) => {
      const output: Uint8Array[] = [];
      let at = 0;
      for (const length of lengths) {
        output.push(masker.push(Buffer.from(input.slice(at, at + length), 'latin1')));
        output.push(masker.flush());
        at += length;
      }
      output.push(masker.push(Buffer.from(input.slice(at), 'latin1')), masker.end());
      const shown = Buffer.concat(output).toString('latin1');
      const pieces = shown.split(MASK);
      for (const shownPiece of pieces) expect(masked(shownPiece)).toBe(shownPiece);
      if (masked(input) === input) expect(shown).toBe(input);
    }),
    { numRuns: 3000 },
  );
});

test("doesn't change long random streams", () => {
  const masker = createMasker(VALUES.map((value) => Secret.of(value)));
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 5000, maxLength: 20_000 }),
      fc.nat(5000),
      (bytes, cut) => {
        const output = [masker.push(bytes.subarray(0, cut)), masker.push(bytes.subarray(cut))];
        expect(Buffer.concat([...output, masker.end()]).equals(bytes)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});
