import { describe, expect, test } from 'vitest';
import { EXIT } from './error-code.ts';
import { ERROR_AREAS, ERROR_CODES } from './error-codes.ts';

describe('the error table', () => {
  test('no two areas share a code', () => {
    const names = Object.values(ERROR_AREAS).flatMap((area) => Object.keys(area));
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(ERROR_CODES).toSorted()).toEqual(names.toSorted());
  });

  test('every exit code is in the list, which has no duplicates', () => {
    const known = Object.values(EXIT);
    expect(new Set(known).size).toBe(known.length);
    for (const { exit } of Object.values(ERROR_CODES)) expect(known).toContain(exit);
  });

  test.each(Object.entries(ERROR_CODES))('%s', (name, { meaning, remedy, exit }) => {
    expect(name).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/);
    expect(meaning).toMatch(/^[A-Z][^\n]{8,}\.$/);
    expect(remedy).toMatch(/^[A-Z][^\n]{8,}[.]$/);
    expect(exit).not.toBe(EXIT.ok);
  });
});
