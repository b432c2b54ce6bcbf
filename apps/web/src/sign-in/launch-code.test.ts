import { describe, expect, it } from 'vitest';
import { parseLaunchCode } from './launch-code.ts';

describe('parseLaunchCode', () => {
  it.each([
    ['#launch=abc', 'abc'],
    ['#launch=a-b_c%2B', 'a-b_c+'],
    ['#x=1&launch=abc', 'abc'],
    ['#launch=', undefined],
    ['#/c/launch=abc', undefined],
    ['', undefined],
  ])('%s', (fragment, expected) => {
    expect(parseLaunchCode(fragment)).toBe(expected);
  });
});
