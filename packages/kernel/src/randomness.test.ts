import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortableId, type Randomness } from './randomness.ts';

const zeros: Randomness = { bytes: (count) => new Uint8Array(count) };
const ones: Randomness = { bytes: (count) => new Uint8Array(count).fill(0xff) };
const of = (bytes: Uint8Array): Randomness => ({ bytes: () => bytes });

const LAST_MS = 2 ** 48 - 1;
const timeMs = fc.integer({ min: 0, max: LAST_MS });
const tenBytes = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('sortableId', () => {
  test.each([
    [0, zeros, '00000000000000000000000000'],
    [0, ones, '0000000000zzzzzzzzzzzzzzzz'],
    [1, zeros, '00000000010000000000000000'],
    // The example of the ULID specification.
    [1_469_918_176_385, zeros, '01aryz6s410000000000000000'],
    [LAST_MS, ones, '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
    [-5, zeros, '00000000000000000000000000'],
    [1.9, zeros, '00000000010000000000000000'],
  ])('at %d ms', (nowMs, randomness, expected) => {
    expect(sortableId(nowMs, randomness)).toBe(expected);
  });

  test('is 26 characters of the lower-case alphabet without i, l, o and u', () => {
    fc.assert(
      fc.property(timeMs, tenBytes, (nowMs, bytes) => {
        expect(sortableId(nowMs, of(bytes))).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
      }),
    );
  });

  test('sorts as text by time, whatever the random bits', () => {
    fc.assert(
      fc.property(timeMs, timeMs, tenBytes, tenBytes, (a, b, first, second) => {
        fc.pre(a !== b);
        const earlier = sortableId(Math.min(a, b), of(first));
        const later = sortableId(Math.max(a, b), of(second));
        expect(earlier < later).toBe(true);
      }),
    );
  });

  test('uses every random bit: different bytes give different ids', () => {
    fc.assert(
      fc.property(timeMs, tenBytes, tenBytes, (nowMs, first, second) => {
        const same = first.every((byte, at) => byte === second[at]);
        expect(sortableId(nowMs, of(first)) === sortableId(nowMs, of(second))).toBe(same);
      }),
    );
  });

  test('throws if the source returns another number of bytes', () => {
    expect(() => sortableId(0, of(new Uint8Array(9)))).toThrow(TypeError);
    expect(() => sortableId(0, of(new Uint8Array(11)))).toThrow(TypeError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, LAST_MS + 1])(
    'throws for the time %d',
    (nowMs) => {
      expect(() => sortableId(nowMs, zeros)).toThrow(RangeError);
    },
  );
});
