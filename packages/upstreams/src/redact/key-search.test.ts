import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySearch } from './key-search.ts';

describe('KeySearch', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 2 });

  it('finds every pattern wherever it is', () => {
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 5 }),
        fc.string(),
        fc.string(),
        fc.nat(),
        (patterns, before, after, choice) => {
          const search = new KeySearch(patterns.map((pattern) => Buffer.from(pattern)));
          const text = `${before}${patterns[choice % patterns.length] ?? ''}${after}`;
          expect(search.mayBeIn(Buffer.from(text))).toBe(true);
          expect(search.mayBeInText(text)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds patterns that are longer than a step may be', () => {
    const long = Array.from({ length: 600 }, (_none, at) => String.fromCharCode(33 + (at % 90)));
    const search = new KeySearch([Buffer.from(long.join(''))]);
    expect(search.mayBeIn(Buffer.from(`${'x'.repeat(700)}${long.join('')}`))).toBe(true);
    expect(search.mayBeIn(Buffer.from('x'.repeat(700)))).toBe(false);
  });

  it('finds nothing in what is shorter, or other text', () => {
    const search = new KeySearch([
      Buffer.from('sk-canary-0123456789'),
      Buffer.from('c2stY2FuYXJ5'),
    ]);
    for (const text of [
      '',
      'c',
      'c2stY2FuYXJ',
      'data: {"delta":{"content":"word"}}\n\n'.repeat(9),
    ]) {
      expect(search.mayBeIn(Buffer.from(text))).toBe(false);
      expect(search.mayBeInText(text)).toBe(false);
    }
  });
});
