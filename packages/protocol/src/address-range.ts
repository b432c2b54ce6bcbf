import * as v from 'valibot';

/** An IP address, or a range of them: `10.0.0.0/8`. */
export const addressRange = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check((text) => {
    const [address, bits, ...rest] = text.split('/');
    if (rest.length > 0 || !v.is(v.pipe(v.string(), v.ip()), address)) return false;
    const most = address.includes(':') ? 128 : 32;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  }),
);

/** The same, but refuses a range that doesn't begin with its address: `10.1.2.3/8` may be meant as one address. */
export const exactAddressRange = v.pipe(
  addressRange,
  v.check((text) => rangeMeantBy(text) === undefined),
);

/** The range that `10.1.2.3/8` is in, `10.0.0.0/8`; undefined for a range that begins with its address. */
export function rangeMeantBy(range: string): string | undefined {
  const [address = '', bits] = range.split('/');
  if (bits === undefined) return undefined;
  const first = firstAddress(address, Number(bits));
  return first === firstAddress(address) ? undefined : `${first}/${bits}`;
}

/** The first address of the range of this length that contains an address, in a form that is the same for all. */
export function firstAddress(address: string, bits = 128): string {
  const isIpv6 = address.includes(':');
  const width = isIpv6 ? 16 : 8;
  const groups = isIpv6 ? groupsOf(address) : address.split('.').map(Number);
  const masked = groups.map((group, at) => {
    const kept = Math.min(width, Math.max(0, bits - at * width));
    return (group >> (width - kept)) << (width - kept);
  });
  if (!isIpv6) return masked.join('.');
  const text = masked.map((group) => group.toString(16)).join(':');
  return text.replace(/(?:^|:)0(?::0)*$/, '::');
}

/** The eight groups of an IPv6 address. Its zone isn't a part of it, and its end may have the form of IPv4. */
function groupsOf(address: string): readonly number[] {
  const [plain = ''] = address.split('%');
  const [head = [], tail = []] = plain.split('::').map((part) =>
    part.split(':').flatMap((group) => {
      if (!group.includes('.')) return group === '' ? [] : [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [a * 256 + b, c * 256 + d];
    }),
  );
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => 0);
  return [...head, ...zeros, ...tail];
}
