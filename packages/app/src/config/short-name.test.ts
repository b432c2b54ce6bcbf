import { expect, test } from 'vitest';
import { shortName } from './short-name.ts';

test.each([
  // The published vectors of FNV-1a, 64 bits, without their last four digits.
  ['', 'cbf29ce48422'],
  ['a', 'af63dc4c8601'],
  ['foobar', '85944171f739'],
])('of %o it is %s', (text, name) => {
  expect(shortName(text)).toBe(name);
});

test('gives different homes different names', () => {
  const names = Array.from({ length: 5000 }, (_, at) => shortName(`/home/user${at}/.local/share`));
  expect(new Set(names).size).toBe(5000);
});
