import type { Callers } from '@postern/gateway';
import { NO_PROXIES, type TrustedProxies } from './client-address.ts';
import { createHostGuard, type HostGuard } from './host-guard.ts';
import type { ListenerTls } from './tls-identity.ts';

/** A part of the server: the gateway, its metrics, the app API, or the page's own files. */
export type Area = 'gateway' | 'metrics' | 'app' | 'page';

/** One port on which this process answers HTTP: where, for whom, and what. */
export interface Listener {
  readonly addresses: readonly ListenAddress[];
  /** On every address; 0 is a free one. */
  readonly port: number;
  /** Undefined for plain HTTP, which only loopback and proxies that terminate TLS may use. */
  readonly tls: ListenerTls | undefined;
  /** Another port on the same addresses, whose only answer is a redirect to the one with TLS. */
  readonly redirectFrom: number | undefined;
  /** Proxies in front of it. Beyond loopback and without TLS, no one else may connect. */
  readonly proxies: TrustedProxies;
  /** The names that a `Host` header may give, without the port. */
  readonly hosts: readonly string[];
  /** More names, which it may give with any port: a proxy or a container may listen on another one. */
  readonly publicHosts: readonly string[];
  /** The one of `hosts` under which the page and the app API are; under the others the page leads there. */
  readonly pageHost: string;
  /** The one of `hosts` that programs are told. */
  readonly gatewayHost: string;
  /** Origins from which a browser may call the gateway, besides the page's own. */
  readonly origins: readonly string[];
  readonly cookie: CookiePolicy;
  /** What it answers; anything else doesn't exist there. */
  readonly serves: ReadonlySet<Area>;
}

export interface ListenAddress {
  readonly host: string;
  /** Follows the port in a message, if the port alone would mislead. */
  readonly label: string;
  /** False if the machine may lack the address, so that nobody else can listen there either. */
  readonly isRequired: boolean;
}

/** The cookie with the browser's half of a session. */
export interface CookiePolicy {
  /** The port is appended: cookies aren't bound to ports, and two homes must not sign each other out. */
  readonly name: string;
  readonly sameSite: 'Strict';
  readonly path: string;
}

export type Scheme = 'http' | 'https';

const PAGE_HOST = 'localhost';
export const GATEWAY_HOST = '127.0.0.1';
export const LOOPBACK_HOSTS = [PAGE_HOST, GATEWAY_HOST, '[::1]'];

/** Both loopback addresses, of which the machine may lack the second. */
export const LOOPBACK_ADDRESSES: readonly ListenAddress[] = [
  { host: '127.0.0.1', label: '', isRequired: true },
  { host: '::1', label: ' of [::1], where browsers look for localhost', isRequired: false },
];

/**
 * The listener of `postern up`: everything, on both loopback addresses and never on another. A browser
 * may look for `localhost` at either, so a port that another program uses on one of them counts as in use.
 */
export function loopbackListener(port: number): Listener {
  return {
    addresses: LOOPBACK_ADDRESSES,
    port,
    tls: undefined,
    redirectFrom: undefined,
    proxies: NO_PROXIES,
    hosts: LOOPBACK_HOSTS,
    publicHosts: [],
    pageHost: PAGE_HOST,
    gatewayHost: GATEWAY_HOST,
    origins: [],
    cookie: { name: 'postern-session', sameSite: 'Strict', path: '/api' },
    serves: new Set(['gateway', 'app', 'page']),
  };
}

/** What a listener is to its clients, once its port is known. */
export interface ListenerPlace {
  /** Where the page is: `http://localhost:7420`. */
  readonly pageOrigin: string;
  /** Where programs reach the gateway: `http://127.0.0.1:7420`. */
  readonly gatewayUrl: string;
  readonly guard: HostGuard;
  /** The same for the gateway, with the addresses of its clients. */
  readonly callers: Callers;
  /** With the whole name; `secure`: the browser sends it over TLS only. */
  readonly cookie: CookiePolicy & { readonly secure: boolean };
}

export function placeOf(listener: Listener, port: number): ListenerPlace {
  const { tls, hosts, publicHosts, pageHost, gatewayHost, origins, cookie, serves } = listener;
  const scheme: Scheme = tls === undefined ? 'http' : 'https';
  const withPort = (host: string): string => hostWithPort(scheme, host, port);
  const originOf = (host: string): string => `${scheme}://${withPort(host)}`;
  const pageOrigin = originOf(pageHost);
  const guard = createHostGuard({
    scheme,
    hosts: hosts.map(withPort),
    publicHosts,
    pageHost: withPort(pageHost),
    origins: serves.has('page') ? [pageOrigin, ...origins] : origins,
  });
  return {
    pageOrigin,
    // What a proxy in front adds to the name, only it knows.
    gatewayUrl:
      scheme === 'http' && listener.proxies.any && publicHosts.includes(gatewayHost)
        ? `https://${gatewayHost}`
        : originOf(gatewayHost),
    guard,
    callers: { ...guard, clientAddress: (request) => listener.proxies.clientAddress(request) },
    cookie: {
      ...cookie,
      name: `${cookie.name}-${String(port)}`,
      secure: scheme === 'https',
    },
  };
}

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** A host as a URL and a `Host` header have it, which omit the scheme's default port. */
export function hostWithPort(scheme: Scheme, host: string, port: number): string {
  return port === DEFAULT_PORTS[scheme] ? host : `${host}:${String(port)}`;
}

const LAUNCH_PATH = /^\d{1,5}\/#launch=[\w-]+$/;

/** Whether a text is a link that signs in to the page of a `loopbackListener`, and nothing else. */
export function isLaunchUrl(text: string): boolean {
  return [PAGE_HOST, GATEWAY_HOST].some((host) => {
    const start = `http://${host}:`;
    return text.startsWith(start) && LAUNCH_PATH.test(text.slice(start.length));
  });
}
