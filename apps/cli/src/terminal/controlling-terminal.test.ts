import { revealSecret } from '@postern/kernel';
import { expect, test } from 'vitest';
import { readLine } from './controlling-terminal.ts';

function typing(text: string): { next: () => number | undefined; rest: () => string } {
  const bytes = [...Buffer.from(text)];
  return { next: () => bytes.shift(), rest: () => Buffer.from(bytes).toString() };
}

test.each<readonly [name: string, typed: string, line: string | undefined, rest: string]>([
  ['a line without the text after it', 'secret\rls\r', 'secret', 'ls\r'],
  ['a line feed', 'secret\nls', 'secret', 'ls'],
  ['an empty line', '\rx', '', 'x'],
  ['backspace', 'ab\u007fc\r', 'ac', ''],
  ['backspace over characters of several bytes', 'a☃é\u007f\u007fb\r', 'ab', ''],
  ['backspace at the beginning', '\u007f\u007fa\r', 'a', ''],
  ['Ctrl+U', 'wrong\u0015right\r', 'right', ''],
  ['Ctrl+C', 'abc\u0003def\r', undefined, 'def\r'],
  ['Ctrl+D at the beginning', '\u0004x', undefined, 'x'],
  ['Ctrl+D later changes nothing', 'ab\u0004c\r', 'abc', ''],
  ['a terminal that disappears', 'abc', undefined, ''],
])('%s', (_name, typed, line, rest) => {
  const keys = typing(typed);
  const read = readLine(keys.next);
  expect(read && revealSecret(read)).toBe(line);
  expect(keys.rest()).toBe(rest);
});
