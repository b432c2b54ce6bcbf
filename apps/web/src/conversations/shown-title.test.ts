import { describe, expect, it } from 'vitest';
import { shownTitle } from './shown-title.ts';

describe('shownTitle', () => {
  it.each([
    ['A chat', 'A chat'],
    ['…', '…'],
    ['🌧', '🌧'],
    ['雨', '雨'],
    ['', 'Untitled'],
    [' \n\t', 'Untitled'],
    ['\u200b\u202e\u0000', 'Untitled'],
  ])('%j', (title, shown) => {
    expect(shownTitle(title)).toBe(shown);
  });
});
