import { expect, test } from 'vitest';
import { parseDurationMs } from './duration.ts';

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['15m', 900_000],
  ['8h', 28_800_000],
  ['1d', 86_400_000],
  ['0m', undefined],
  ['15', undefined],
  ['-5m', undefined],
  ['1.5h', undefined],
  ['m', undefined],
  ['5w', undefined],
  ['999999s', undefined],
  ['', undefined],
])('%j', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});
