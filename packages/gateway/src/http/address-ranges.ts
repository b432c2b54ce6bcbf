import { BlockList } from 'node:net';

/** Whether an address is one of these, or in one of these ranges. An empty address is in none. */
export function inAddressRanges(address: string, ranges: readonly string[]): boolean {
  if (address === '') return false;
  return (compiled.get(ranges) ?? compile(ranges)).check(address, familyOf(address));
}

/** Grants are cached, so their ranges are compiled once. */
const compiled = new WeakMap<readonly string[], BlockList>();

function compile(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length] = range.split('/');
    if (length === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(length), familyOf(address));
  }
  compiled.set(ranges, list);
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
