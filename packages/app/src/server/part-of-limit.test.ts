import { describe, expect, test } from 'vitest';
import { partOfLimit } from './part-of-limit.ts';

const partsOf = (limit: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => partOfLimit(limit, { index, count }));

describe('partOfLimit', () => {
  test.each([
    [2048, 1],
    [2048, 4],
    [2047, 4],
    [10, 4],
    [4, 4],
    [7, 3],
    [0, 4],
  ])('the parts of %d for %d processes add up to it, and differ by at most one', (limit, count) => {
    const parts = partsOf(limit, count);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(limit);
    expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
  });

  test('each process has at least one', () => {
    expect(partsOf(2, 4)).toEqual([1, 1, 1, 1]);
  });
});
