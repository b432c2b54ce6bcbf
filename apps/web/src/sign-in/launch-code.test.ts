import { describe, expect, it } from 'vitest';
import { launchCodeOf } from './launch-code.ts';

describe('launchCodeOf', () => {
  it.each([
    ['#launch=abc', 'abc'],
    ['#launch=a-b_c%2B', 'a-b_c+'],
    ['#x=1&launch=abc', 'abc'],
    ['#launch=', undefined],
    ['#/c/launch=abc', undefined],
    ['', undefined],
  ])('%s', (fragment, expected) => {
    expect(launchCodeOf(fragment)).toBe(expected);
  });
});
