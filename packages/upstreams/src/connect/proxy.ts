import { Buffer } from 'node:buffer';
import { failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';
import type { Config } from '@postern/protocol';
import type { UpstreamFailure } from '../upstream-failure.ts';

export type ProxyConfig = NonNullable<Config['proxy']>;

/** A proxy in the form that the connection pool needs. */
export interface ProxyRoute {
  readonly url: string;
  /** The value of `proxy-authorization` (RFC 7617), or undefined. */
  readonly authorization: string | undefined;
}

/** Checks the configured proxy and adds its password. */
export function proxyRoute(
  config: ProxyConfig,
  password: Secret | undefined,
): Result<ProxyRoute, UpstreamFailure> {
  const url = URL.parse(config.url);
  const plain = url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
  if (!plain || url.username !== '' || url.password !== '') {
    return failed({ reason: 'proxy-invalid' });
  }
  // Fails here if the password isn't known yet, with a clearer error than the proxy's.
  if (config.passwordSecret !== undefined && password === undefined) {
    return failed({ reason: 'proxy-password-missing' });
  }
  return ok({ url: url.origin, authorization: authorizationOf(config.username, password) });
}

function authorizationOf(username: string | undefined, password: Secret | undefined) {
  if (username === undefined && password === undefined) return undefined;
  const pair = `${username ?? ''}:${password === undefined ? '' : revealSecret(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** Whether a host is reached directly: an exact name, `.suffix` for subdomains, `*` for all. */
export function bypassesProxy(host: string, noProxy: readonly string[]): boolean {
  return noProxy.some((entry) => {
    const wanted = entry.trim().toLowerCase();
    if (wanted === '*') return true;
    if (wanted.startsWith('.')) return host.endsWith(wanted) || host === wanted.slice(1);
    return wanted === host || `[${wanted}]` === host;
  });
}
