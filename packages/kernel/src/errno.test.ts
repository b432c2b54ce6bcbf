import { expect, test } from 'vitest';
import { errnoOf } from './errno.ts';

test.each<readonly [string, unknown, string | undefined]>([
  ['an error with a code', Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
  ['an error of a kind of its own', Object.assign(new RangeError(), { code: 'ERR_X' }), 'ERR_X'],
  ['an error without one', new Error('ENOENT'), undefined],
  ["a code that isn't text", Object.assign(new Error('x'), { code: 2 }), undefined],
  ['what is no error', { code: 'ENOENT' }, undefined],
  ['nothing', undefined, undefined],
])('%s', (_name, error, code) => {
  expect(errnoOf(error)).toBe(code);
});
