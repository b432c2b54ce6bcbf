import { describe, expect, it } from 'vitest';
import { plainSnippet } from './plain-snippet.ts';

const piece = (text: string, match = false) => ({ text, match });

describe('a snippet', () => {
  it('has no marks of Markdown', () => {
    const shown = plainSnippet([
      piece('…## The result\n> is **very** '),
      piece('good', true),
      piece('** for `x`\n# '),
    ]);
    expect(shown.map(({ text }) => text).join('')).toBe('…## The result\nis very good for x\n');
  });

  it('keeps what isn’t Markdown, and what was searched for', () => {
    const pieces = [piece('a # b > c * d __init__ '), piece('**', true), piece('2 ** 3')];
    expect(plainSnippet(pieces).map(({ text }) => text)).toEqual([
      'a # b > c * d __init__ ',
      '**',
      '2 ** 3',
    ]);
  });
});
