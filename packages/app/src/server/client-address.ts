import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { inAddressRanges } from '@postern/gateway';
import type { ListenConfig } from '@postern/protocol';

/** The proxies in front of a listener, whose word about a client's address counts. */
export interface TrustedProxies {
  /** False for a listener that clients reach directly. */
  readonly any: boolean;
  includes(address: string): boolean;
  /** The client's address: the last one before the proxies, or the socket's own. */
  clientAddress(request: Pick<IncomingMessage, 'socket' | 'headers'>): string;
}

export const NO_PROXIES: TrustedProxies = {
  any: false,
  includes: () => false,
  clientAddress: ({ socket }) => plainAddress(socket.remoteAddress ?? ''),
};

export function trustedProxies({
  trustedProxies: ranges,
  forwardedHeader,
}: Pick<ListenConfig, 'trustedProxies' | 'forwardedHeader'>): TrustedProxies {
  if (ranges.length === 0) return NO_PROXIES;
  const includes = (address: string): boolean => inAddressRanges(address, ranges);
  const addressesIn = forwardedHeader === 'forwarded' ? forwardedFor : commaSeparated;
  return {
    any: true,
    includes,
    clientAddress: ({ socket, headers }) => {
      let known = plainAddress(socket.remoteAddress ?? '');
      const value = headers[forwardedHeader];
      if (value === undefined || !includes(known)) return known;
      // Each proxy appends the address of its own peer, so only the last addresses were written by trusted proxies.
      const written = addressesIn(String(value));
      for (let at = written.length - 1; at >= 0 && includes(known); at -= 1) {
        const address = parseNode(written[at] ?? '');
        if (address === undefined) return known;
        known = address;
      }
      return known;
    },
  };
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 address on an IPv6 socket in its own form, and any address without its zone. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address.replace(/%.*$/, '');
}

function commaSeparated(value: string): readonly string[] {
  return value.split(',');
}

/** The `for` of each hop (RFC 7239 §4). A hop without one ends the walk, as does one in another form. */
function forwardedFor(value: string): readonly string[] {
  const hops = value.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  return hops
    .map((hop) => /(?:^|;)\s*for=(?:"([^"]*)"|([^\s;]*))\s*(?:;|$)/i.exec(hop))
    .map((found) => found?.[1] ?? found?.[2] ?? '');
}

/** An address with or without a port; undefined for a name, `unknown`, or an obfuscated identifier (RFC 7239 §6). */
function parseNode(text: string): string | undefined {
  const node = text.trim();
  const host = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(node)?.[1] ?? withoutPort(node);
  return isIP(host) === 0 ? undefined : plainAddress(host.toLowerCase());
}

function withoutPort(node: string): string {
  return /^([\d.]+):\d{1,5}$/.exec(node)?.[1] ?? node;
}
