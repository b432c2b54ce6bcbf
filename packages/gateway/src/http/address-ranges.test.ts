import { expect, it } from 'vitest';
import { inAddressRanges } from './address-ranges.ts';

it.each([
  ['10.1.2.3', ['10.0.0.0/8'], true],
  ['11.1.2.3', ['10.0.0.0/8'], false],
  ['11.1.2.3', ['10.0.0.0/8', '11.1.2.3'], true],
  ['11.1.2.4', ['10.0.0.0/8', '11.1.2.3'], false],
  ['10.1.2.3', ['10.9.9.9/8'], true],
  ['::1', ['127.0.0.0/8'], false],
  ['::1', ['::1'], true],
  ['2001:db8:1::1', ['2001:db8::/32'], true],
  ['2001:db9::1', ['2001:db8::/32'], false],
  ['127.0.0.1', [], false],
  ['1.2.3.4', ['::/0'], false],
  ['1.2.3.4', ['::ffff:1.2.3.4'], false],
  ['::1', ['0.0.0.0/0'], false],
  ['::1', ['::/0'], true],
  ['unknown', ['0.0.0.0/0', '::/0'], false],
  ['', ['0.0.0.0/0', '::/0'], false],
])('the address %j in %j: %s', (address, ranges, isIn) => {
  expect(inAddressRanges(address, ranges)).toBe(isIn);
});
