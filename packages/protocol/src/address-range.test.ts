import { expect, it } from 'vitest';
import { firstAddress, rangeMeantBy } from './address-range.ts';

it.each([
  ['192.0.2.7', undefined],
  ['10.0.0.0/8', undefined],
  ['192.0.2.7/32', undefined],
  ['0.0.0.0/0', undefined],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['192.168.255.255/17', '192.168.128.0/17'],
  ['255.255.255.255/0', '0.0.0.0/0'],
  ['::1', undefined],
  ['::/0', undefined],
  ['2001:DB8:0::/32', undefined],
  ['2001:db8::1/32', '2001:db8::/32'],
  ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
  ['::1/0', '::/0'],
  ['64:ff9b::192.0.2.7/96', '64:ff9b::/96'],
])('%s means %s', (range, meant) => {
  expect(rangeMeantBy(range)).toBe(meant);
});

it.each([
  ['::ffff:192.0.2.7', '::FFFF:c000:0207'],
  ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
])('%s and %s are the same address', (one, other) => {
  expect(firstAddress(one)).toBe(firstAddress(other));
});
