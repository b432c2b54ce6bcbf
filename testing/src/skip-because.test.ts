import { expect, test } from 'vitest';
import { skipBecause } from './skip-because.ts';
import { pathOfProgram, whyNoPrograms } from './system-programs/system-programs.ts';

test("doesn't skip without a reason", () => {
  expect(skipBecause('a part', undefined, { CI: 'true' })).toBe(false);
  expect(skipBecause('a part', undefined, {})).toBe(false);
});

test('skips with a reason, and fails if CI is true', () => {
  expect(skipBecause('a part of a test', 'no reason in particular', {})).toBe(true);
  expect(() => skipBecause('a part of a test', 'not installed: x', { CI: 'true' })).toThrow(
    'must not be skipped here: a part of a test: not installed: x',
  );
});

test('finds a program on the search path, or not', () => {
  expect(pathOfProgram('sh', '/nowhere:/bin')).toBe('/bin/sh');
  expect(pathOfProgram('sh', '')).toBeUndefined();
  expect(pathOfProgram('no-such-program')).toBeUndefined();
  expect(pathOfProgram('.', '/bin')).toBeUndefined();
});

test('names missing programs with their packages', () => {
  expect(whyNoPrograms(['gdbus', 'strace'], '/nowhere')).toBe(
    'not installed: gdbus, strace (Debian: apt-get install libglib2.0-bin strace)',
  );
  expect(whyNoPrograms([], '/nowhere')).toBeUndefined();
});
