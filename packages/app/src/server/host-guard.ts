/*
 * Any page in the user's browser can send requests to loopback. A request is accepted only under a
 * host name that Postern printed (against DNS rebinding), and a request that a browser sent for
 * another site is rejected before any work (against CSRF and cross-origin reads).
 */

export interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` of the Fetch Metadata specification; absent outside browsers. */
  readonly fetchSite: string | undefined;
}

export interface HostGuard {
  /** Whether a `Host` header names this server. */
  allowsHost(host: string): boolean;
  /** Whether a browser may call the gateway from this `Origin`. */
  allowsOrigin(origin: string): boolean;
  /** Whether the request comes from the page itself or from a client that isn't a browser. */
  admits(request: RequestOrigin): boolean;
  /** Whether the request would be accepted under the page's own host. */
  admitsElsewhere(request: RequestOrigin): boolean;
}

export interface GuardedNames {
  readonly scheme: 'http' | 'https';
  /** Each with its port. */
  readonly hosts: readonly string[];
  /** More names, for any port. */
  readonly publicHosts: readonly string[];
  readonly pageHost: string;
  readonly origins: readonly string[];
}

export function createHostGuard({ scheme, pageHost, ...names }: GuardedNames): HostGuard {
  const hosts = new Set(names.hosts);
  const publicHosts = new Set(names.publicHosts);
  const origins = new Set(names.origins);
  const isOwn = ({ host, origin, fetchSite }: RequestOrigin): boolean => {
    // `none` is the user's own navigation: a typed address or a link from the terminal.
    const foreignSite =
      fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none';
    return !foreignSite && (origin === undefined || origin === `${scheme}://${host ?? ''}`);
  };
  const isElsewhere = ({ host }: RequestOrigin): boolean =>
    host !== undefined && host !== pageHost && hosts.has(host);
  return {
    allowsHost: (host) =>
      hosts.has(host) || (publicHosts.size > 0 && publicHosts.has(nameOf(host))),
    allowsOrigin: (origin) => origins.has(origin),
    admits: (request) => request.host === pageHost && isOwn(request),
    admitsElsewhere: (request) => isElsewhere(request) && isOwn(request),
  };
}

/** A host without its port, lower case. */
function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, '').toLowerCase();
}
