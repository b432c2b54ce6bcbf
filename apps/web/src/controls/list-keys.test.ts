import { describe, expect, it } from 'vitest';
import { nextIndex } from './list-keys.ts';

describe('nextIndex', () => {
  it.each([
    ['ArrowDown', 0, 3, 1],
    ['ArrowDown', 2, 3, 0],
    ['ArrowUp', 0, 3, 2],
    ['PageDown', 0, 3, 2],
    ['PageUp', 9, 20, 1],
    ['PageUp', 1, 20, 0],
    ['ArrowDown', 0, 0, undefined],
    ['a', 0, 3, undefined],
  ])('%s at %i of %i', (key, at, count, expected) => {
    expect(nextIndex(key, at, count)).toBe(expected);
  });
});
