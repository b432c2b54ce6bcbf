import { describe, expect, test } from 'vitest';
import { isHiddenSpecifier, isWithin, moduleNameOf } from './module-name.ts';

describe('moduleNameOf', () => {
  test.each([
    ['crypto', 'a/b.ts', 'node:crypto'],
    ['node:crypto', 'a/b.ts', 'node:crypto'],
    ['dns/promises', 'a/b.ts', 'node:dns/promises'],
    ['undici', 'a/b.ts', 'undici'],
    ['./c.ts', 'a/b.ts', 'a/c.ts'],
    ['../c.ts', 'a/b/d.ts', 'a/c.ts'],
    ['.././c/../c.ts', 'a/b/d.ts', 'a/c.ts'],
  ])('%s in %s is %s', (specifier, importer, expected) => {
    expect(moduleNameOf(specifier, importer)).toBe(expected);
  });
});

describe('isHiddenSpecifier', () => {
  test.each([
    ['undici', false],
    ['@postern/kernel', false],
    ['node:crypto', false],
    ['./x.ts', false],
    ['katex/dist/katex.min.css', false],
    ['/x.ts', true],
    ['data:text/javascript,1', true],
    ['https://a.example/x.js', true],
    ['./x.ts?y', true],
    ['./x%2ets', true],
    ['.\\x.ts', true],
    ['../node_modules/x', true],
    ['./node_modules', true],
  ])('%s: %s', (specifier, expected) => {
    expect(isHiddenSpecifier(specifier)).toBe(expected);
  });
});

describe('isWithin', () => {
  test.each([
    ['undici', 'undici', true],
    ['undici/x', 'undici', true],
    ['undici-types', 'undici', false],
    ['x/undici', 'undici', false],
  ])('%s within %s: %s', (name, module, expected) => {
    expect(isWithin(name, module)).toBe(expected);
  });
});
