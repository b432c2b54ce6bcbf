import { encodeUtf8 } from '@postern/kernel';
import { expect, test } from 'vitest';
import { passphraseProblem } from './passphrase.ts';

test.each([
  ['seven characters', 'sevenly', 'too-short'],
  ['eight characters', 'eightfold'.slice(0, 8), undefined],
  ['eight characters of four bytes', '🔑'.repeat(8), undefined],
  ['four characters of four bytes', '🔑'.repeat(4), 'too-short'],
  ['1024 bytes', 'x'.repeat(1024), undefined],
  ['1025 bytes', 'x'.repeat(1025), 'too-long'],
  ['600 characters of two bytes', 'ü'.repeat(600), 'too-long'],
])('%s', (_name, text, problem) => {
  expect(passphraseProblem(encodeUtf8(text))).toBe(problem);
});
