import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is one of these, or in one of these ranges. IPv4 addresses are in no range of IPv6, also not in
 * `::/0`. What isn't an address is in none.
 */
export function inAddressRanges(address: string, ranges: readonly string[]): boolean {
  if (isIP(address) === 0) return false;
  const lists = compiled.get(ranges) ?? compile(ranges);
  const family = familyOf(address);
  return lists[family].check(address, family);
}

type Lists = Readonly<Record<'ipv4' | 'ipv6', BlockList>>;

/** The ranges of keys and of the configuration are kept, so they are compiled once. */
const compiled = new WeakMap<readonly string[], Lists>();

function compile(ranges: readonly string[]): Lists {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) {
    const [address = '', length] = range.split('/');
    const family = familyOf(address);
    if (length === undefined) lists[family].addAddress(address, family);
    else lists[family].addSubnet(address, Number(length), family);
  }
  compiled.set(ranges, lists);
  return lists;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
