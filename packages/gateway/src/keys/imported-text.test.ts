import { Secret } from '@postern/kernel';
import { describe, expect, it } from 'vitest';
import { importedText, mayBeImported } from './imported-text.ts';
import { keyHasher } from './key-hash.ts';

const hashOf = keyHasher(Secret.of('ab'.repeat(32)));

describe('the text of an imported key', () => {
  it.each([
    ['an OpenAI-like key', 'sk-x7Kq2mVb9ZtR4pLwT3BlbkFJYh6NcD1sGf8EjQ5u', false],
    ['a LiteLLM key', 'sk-8fK2mQz7VxT1cRb9LpW4Ng', false],
    ['a UUID', '3f2b8c1e-7a94-4d06-b5c3-9e1f6a2d8047', false],
    ['the same character', 'a'.repeat(40), true],
    ['a sequence', 'sk-1234567890abcdefghijklmnop', true],
    ['a repeated part', 'abab'.repeat(8), true],
    ['a short word', 'sk-mysecretkey12', true],
  ])('%s: weak is %s', (_name, text, isWeak) => {
    expect(importedText(Secret.of(text), hashOf)).toEqual({
      hash: hashOf(text),
      hint: `…${text.slice(-4)}`,
      isWeak,
    });
  });

  it.each([
    '',
    'sk-1234',
    'a'.repeat(513),
    'with a space in it',
    'non-ascii-é-non-ascii',
    'sk-postern-mistyped',
  ])('can not be %j', (text) => {
    expect(mayBeImported(text)).toBe(false);
    expect(importedText(Secret.of(text), hashOf)).toBeUndefined();
  });
});
