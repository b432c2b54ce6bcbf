import { describe, expect, it } from 'vitest';
import { displayTitle } from './display-title.ts';

describe('displayTitle', () => {
  it.each([
    ['A chat', 'A chat'],
    ['…', '…'],
    ['🌧', '🌧'],
    ['雨', '雨'],
    ['', 'Untitled'],
    [' \n\t', 'Untitled'],
    ['\u200b\u202e\u0000', 'Untitled'],
  ])('%j', (title, shown) => {
    expect(displayTitle(title)).toBe(shown);
  });
});
