import { expect, test } from 'vitest';
import { skipBecause } from './skip-because.ts';
import { pathOfProgram, whyNoPrograms } from './system-programs/system-programs.ts';

test('no reason skips nothing', () => {
  expect(skipBecause('a part', undefined, { CI: 'true' })).toBe(false);
  expect(skipBecause('a part', undefined, {})).toBe(false);
});

test('a reason skips, and fails where CI is true', () => {
  expect(skipBecause('a part of a test', 'no reason in particular', {})).toBe(true);
  expect(() => skipBecause('a part of a test', 'not installed: x', { CI: 'true' })).toThrow(
    'must not be skipped here: a part of a test: not installed: x',
  );
});

test('a program is found on the search path, or it is not', () => {
  expect(pathOfProgram('sh', '/nowhere:/bin')).toBe('/bin/sh');
  expect(pathOfProgram('sh', '')).toBeUndefined();
  expect(pathOfProgram('no-such-program')).toBeUndefined();
  expect(pathOfProgram('.', '/bin')).toBeUndefined();
});

test('missing programs are named with the packages that bring them', () => {
  expect(whyNoPrograms(['gdbus', 'strace'], '/nowhere')).toBe(
    'not installed: gdbus, strace (Debian: apt-get install libglib2.0-bin strace)',
  );
  expect(whyNoPrograms([], '/nowhere')).toBeUndefined();
});
