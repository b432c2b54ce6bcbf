import { expect, test } from 'vitest';
import { labelKey, plainLine } from './plain-line.ts';

test.each([
  ['words', ' one  two ', 'one two'],
  ['line breaks', 'one\r\ntwo\u2028three\u2029four\u0085five\vsix', 'one two three four five six'],
  ['control characters', 'a\0b\u001b[31mc\u009bd', 'a b [31mc d'],
  ['bidirectional overrides', 'a\u202egnp.exe\u202c\u2066b\u2069\u200f', 'agnp.exeb'],
  ['zero-width characters', 'a\u200bb\u2060c\ufeffd\u00ade', 'abcde'],
  ['hidden tags', 'a\u{e0041}\u{e0042}b', 'ab'],
  ['lone surrogates', 'a\ud800b', 'a\ufffdb'],
  ['markup, which stays text', '<b>a</b> [x](y) **z**', '<b>a</b> [x](y) **z**'],
  ['emoji with joiners', '👩‍💻 ❤️', '👩‍💻 ❤️'],
  ['Persian with a joiner', 'می‌خواهم', 'می‌خواهم'],
  ['two forms of a letter', 'cafe\u0301', 'café'],
  ['nothing visible', ' \u200b\u202e\n ', ''],
])('plainLine keeps the words of %s', (_name, text, expected) => {
  expect(plainLine(text)).toBe(expected);
});

test('labelKey is the same for names that look the same', () => {
  expect(labelKey('Ｗork')).toBe(labelKey('wORK'));
  expect(labelKey('work')).not.toBe(labelKey('works'));
});
