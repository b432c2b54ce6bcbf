import { isIP } from 'node:net';
import { failed, ok, type Result } from '@postern/kernel';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { addressKind } from './address-kind.ts';

/** The parts of a base URL that passed the checks. */
export interface Address {
  /** Scheme, host and port: `https://api.openai.com`. */
  readonly origin: string;
  /** Without port, lower case; IPv6 in brackets. */
  readonly host: string;
  /** The prefix of every request path, without a slash at the end: `/v1`, or empty. */
  readonly basePath: string;
  /** Loopback, or listed as local: plain HTTP and private addresses are allowed, and no proxy is used. */
  readonly local: boolean;
}

/**
 * Parses a provider's base URL. Only HTTPS, and no private address, except for loopback and the hosts in
 * `localHosts`. It can't have a user name, password, query or fragment. The URL parser has turned other forms of
 * IPv4 addresses (decimal, octal, hexadecimal, short) into the usual one.
 */
export function parseAddress(
  provider: string,
  baseUrl: string,
  localHosts: readonly string[],
): Result<Address, UpstreamFailure> {
  const url = URL.parse(baseUrl);
  if (url === null || !isPlain(url)) return failed({ reason: 'address-invalid', provider });
  const host = url.hostname;
  const local = isLocalHost(host, localHosts);
  if (url.protocol === 'http:' && !local) {
    return failed({ reason: 'address-insecure', provider, host });
  }
  const literal = host.replace(/^\[(.*)\]$/, '$1');
  const kind = isIP(literal) === 0 ? 'public' : addressKind(literal);
  if (kind === 'forbidden') return failed({ reason: 'address-forbidden', provider, host });
  if (kind !== 'public' && !local) return failed({ reason: 'address-private', provider, host });
  return ok({ origin: url.origin, host, basePath: url.pathname.replace(/\/+$/, ''), local });
}

/** Loopback, or listed as local. The URL parser has normalised the host already. */
export function isLocalHost(host: string, localHosts: readonly string[]): boolean {
  return isLoopback(host) || localHosts.some((name) => sameHost(name, host));
}

function isPlain(url: URL): boolean {
  const scheme = url.protocol === 'https:' || url.protocol === 'http:';
  return scheme && [url.username, url.password, url.search, url.hash].every((part) => part === '');
}

/** 127.0.0.0/8, ::1 and the name `localhost`. The URL parser has normalised the host already. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Whether a name in `localHosts` is this host. */
export function sameHost(name: string, host: string): boolean {
  const wanted = name.toLowerCase();
  return wanted === host || `[${wanted}]` === host;
}
