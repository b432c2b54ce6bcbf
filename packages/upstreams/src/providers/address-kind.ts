import { BlockList, isIP } from 'node:net';

/**
 * What an IP address reaches. `private`: this machine or its network. `forbidden`: something that no provider
 * is, such as a cloud's metadata service, from which credentials can be read.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'forbidden';

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

const FORBIDDEN = listOf([
  // This host, link-local with the usual metadata service, multicast, reserved and broadcast (RFC 6890).
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  // Metadata services of Alibaba, Oracle and Azure outside the link-local range.
  ...['100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32'],
  // Unspecified, link-local, site-local and multicast.
  ...['::/128', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
  // Metadata services of AWS and Google.
  ...['fd00:ec2::/32', 'fd20:ce::254/128'],
  // Teredo and discarded packets.
  ...['2001::/32', '100::/64'],
]);

const PRIVATE = listOf([
  // RFC 1918, carriers' networks (RFC 6598), protocol assignments and benchmarks (RFC 6890).
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24'],
  '198.18.0.0/15',
  // Unique local (RFC 4193), and a network's own NAT64 (RFC 8215).
  ...['fc00::/7', '64:ff9b:1::/48'],
]);

const LOOPBACK = listOf(['127.0.0.0/8', '::1/128']);

/** The kind of an IP address, also of one that contains an IPv4 address. Text that is no address is forbidden. */
export function addressKind(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0) return 'forbidden';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const plain = address.replace(/%.*$/, '');
  // The list also finds an IPv4 range for an IPv4-mapped address.
  if (FORBIDDEN.check(plain, family)) return 'forbidden';
  if (LOOPBACK.check(plain, family)) return 'loopback';
  if (PRIVATE.check(plain, family)) return 'private';
  const embedded = version === 6 ? embeddedAddress(plain) : undefined;
  if (embedded === undefined) return 'public';
  const kind = addressKind(embedded);
  // A loopback address that another machine translates is not this machine.
  return kind === 'public' ? 'public' : 'forbidden';
}

/**
 * The IPv4 address that a network translates an IPv6 address to: mapped (`::ffff:0:0/96`), compatible (`::/96`),
 * translated (`::ffff:0:0:0/96`), NAT64 (`64:ff9b::/96`, RFC 6052) or 6to4 (`2002::/16`, RFC 3056).
 */
function embeddedAddress(address: string): string | undefined {
  const groups = groupsOf(address);
  const [first, second, ...rest] = groups;
  if (first === 0x2002) return dotted(groups.slice(1, 3));
  const isZero = (some: readonly number[]): boolean => some.every((group) => group === 0);
  const isNat64 = first === 0x64 && second === 0xff9b && isZero(rest.slice(0, 4));
  const isTranslated = groups[4] === 0xffff && isZero([...groups.slice(0, 4), groups[5] ?? 0]);
  const isMapped = isZero(groups.slice(0, 5)) && (groups[5] === 0 || groups[5] === 0xffff);
  return isNat64 || isTranslated || isMapped ? dotted(groups.slice(6)) : undefined;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // The URL parser writes an IPv4 address at the end as two groups.
  const text = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address;
  const [head = '', tail] = text.split('::');
  const numbers = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = numbers(head);
  if (tail === undefined) return before;
  const after = numbers(tail);
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

function dotted(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}
