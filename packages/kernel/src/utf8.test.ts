import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8, utf8StreamDecoder } from './utf8.ts';

/** Random bytes, many of which begin, continue or break a character. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => [...encodeUtf8(text)]),
      fc.constantFrom([0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0x80], [0xed, 0xa0, 0x80]),
      fc.constantFrom([0xef, 0xbb, 0xbf], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0x0d, 0x0a]),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 8 });

function inChunks(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const borders = [0, ...at.map((cut) => Math.min(cut, bytes.length)), bytes.length];
  borders.sort((a, b) => a - b);
  return borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
}

function streamed(chunks: readonly Uint8Array[]): string {
  const decoder = utf8StreamDecoder();
  return chunks.map((chunk) => decoder.push(chunk)).join('') + decoder.end();
}

describe('utf8StreamDecoder', () => {
  test('returns the same for any split', () => {
    fc.assert(
      fc.property(anyBytes, cuts, (bytes, at) => {
        expect(streamed(inChunks(bytes, at))).toBe(streamed([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  test('returns the same byte by byte', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const single = [...bytes].map((byte) => Uint8Array.of(byte));
        expect(streamed(single)).toBe(streamed([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  test('returns every text, byte by byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const single = [...encodeUtf8(text)].map((byte) => Uint8Array.of(byte));
        expect(streamed(single)).toBe(text.toWellFormed());
      }),
    );
  });

  test('returns a character with the chunk that completes it', () => {
    const decoder = utf8StreamDecoder();
    expect(decoder.push(Uint8Array.of(0xe2, 0x82))).toBe('');
    expect(decoder.push(Uint8Array.of(0xac))).toBe('€');
    expect(decoder.end()).toBe('');
  });

  test.each([
    ['an unfinished character', [0x61, 0xe2, 0x82], 'a\uFFFD'],
    ['nothing', [], ''],
    ['a lone continuation', [0x80], '\uFFFD'],
    ['an overlong slash', [0xc0, 0xaf], '\uFFFD\uFFFD'],
    ['an encoded surrogate', [0xed, 0xa0, 0x80], '\uFFFD\uFFFD\uFFFD'],
    ['a byte order mark, which is kept', [0xef, 0xbb, 0xbf, 0x61], '\uFEFFa'],
  ])('%s', (_name, bytes, expected) => {
    expect(streamed([Uint8Array.from(bytes)])).toBe(expected);
  });

  test('starts over after its end', () => {
    const decoder = utf8StreamDecoder();
    decoder.push(Uint8Array.of(0xe2));
    expect(decoder.end()).toBe('\uFFFD');
    expect(decoder.push(encodeUtf8('a'))).toBe('a');
  });
});

describe('decodeUtf8 and encodeUtf8', () => {
  test('are inverses on well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text.toWellFormed());
      }),
    );
  });

  test.each([
    ['a lone continuation', [0x80]],
    ['an unfinished character', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['0xff', [0x61, 0xff]],
  ])('refuses %s', (_name, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });

  test('encodes a lone surrogate as U+FFFD', () => {
    expect([...encodeUtf8('\uD800')]).toEqual([0xef, 0xbf, 0xbd]);
  });

  test('keeps a byte order mark', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\uFEFFa');
  });
});
