import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { trustedProxies } from './client-address.ts';

const RANGES = ['10.0.0.0/8', '::1', '2001:db8::/32', '192.0.2.7'];

/** The client's address of a request from a peer with this header. */
function clientOf(
  peer: string,
  value: string | undefined,
  header: 'x-forwarded-for' | 'forwarded' = 'x-forwarded-for',
  ranges = RANGES,
): string {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const headers = value === undefined ? {} : { [header]: value };
  const proxies = trustedProxies({ trustedProxies: ranges, forwardedHeader: header });
  return proxies.clientAddress({ socket, headers });
}

describe("a client's address", () => {
  it.each([
    ['without a header', '10.0.0.1', undefined, '10.0.0.1'],
    ['from a proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['from a proxy on an IPv6 socket', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['through two proxies', '10.0.0.1', '203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['with a port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['as an IPv6 address', '::1', '2001:DB9::1', '2001:db9::1'],
    ['as an IPv6 address with a port', '::1', '[2001:db9::1]:80', '2001:db9::1'],
    ['as a mapped address', '::1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['from a stranger, who lies', '203.0.113.5', '127.0.0.1', '203.0.113.5'],
    ['from a neighbour of the proxy, who lies', '192.0.2.8', '127.0.0.1', '192.0.2.8'],
    ['with a lie before the truth', '10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['with a proxy before the truth', '10.0.0.1', '10.9.9.9, 203.0.113.9', '203.0.113.9'],
    ['only of proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['with a word in it', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['with a name in it', '10.0.0.1', 'client.example', '10.0.0.1'],
    ['with nothing in it', '10.0.0.1', '', '10.0.0.1'],
    ['with an empty hop', '10.0.0.1', '203.0.113.9,,10.0.0.2', '10.0.0.2'],
    ['with a number', '10.0.0.1', '3405803785', '10.0.0.1'],
    ['with a zone', '10.0.0.1', 'fe80::1%eth0', 'fe80::1'],
    ['behind an address with a zone', '10.0.0.1', '203.0.113.9, fe80::1%eth0', 'fe80::1'],
  ])('%s', (_, peer, value, expected) => {
    expect(clientOf(peer, value)).toBe(expected);
  });

  it.each([
    ['plain', 'for=203.0.113.9', '203.0.113.9'],
    ['among others', 'by=10.0.0.1;for=203.0.113.9;proto=https', '203.0.113.9'],
    ['in quotes', 'For="203.0.113.9:80"', '203.0.113.9'],
    ['IPv6', 'for="[2001:db9::1]:80";proto=https', '2001:db9::1'],
    ['through two proxies', 'for=203.0.113.9, for=10.0.0.2', '203.0.113.9'],
    ['with a lie before it', 'for=127.0.0.1, for=203.0.113.9', '203.0.113.9'],
    [
      'with a comma in quotes',
      'for=127.0.0.1;host="a,for=127.0.0.1", for=203.0.113.9',
      '203.0.113.9',
    ],
    ['hidden', 'for=203.0.113.9, for=_hidden', '10.0.0.1'],
    ['without a client', 'proto=https', '10.0.0.1'],
    ['with a name that only ends like it', 'xfor=203.0.113.9', '10.0.0.1'],
    ['with an open quote', 'for="203.0.113.9', '10.0.0.1'],
  ])('in the header of RFC 7239, %s', (_, value, expected) => {
    expect(clientOf('10.0.0.1', value, 'forwarded')).toBe(expected);
  });

  it('is never taken from the other header, which proxies pass through', () => {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: '10.0.0.1' });
    const headers = { forwarded: 'for=127.0.0.1', 'x-real-ip': '127.0.0.1' };
    const proxies = trustedProxies({
      trustedProxies: RANGES,
      forwardedHeader: 'x-forwarded-for',
    });
    expect(proxies.clientAddress({ socket, headers })).toBe('10.0.0.1');
  });

  it('is the address of the socket if no proxy is trusted', () => {
    expect(clientOf('10.0.0.1', '203.0.113.9', 'x-forwarded-for', [])).toBe('10.0.0.1');
    expect(clientOf('::ffff:192.0.2.1', '203.0.113.9', 'forwarded', [])).toBe('192.0.2.1');
  });
});
