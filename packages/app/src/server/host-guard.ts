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
  /** The only address of the page and its API: `http://localhost:PORT`. */
  readonly pageOrigin: string;
  /** Whether the `Host` names this server. */
  knowsHost(host: string | undefined): boolean;
  /** Whether the `Origin` is the page's. */
  knowsOrigin(origin: string): boolean;
  /** Whether the request comes from the page itself or from a client that isn't a browser. */
  admits(request: RequestOrigin): boolean;
  /** Whether the request would be accepted under the page's own host. */
  admitsElsewhere(request: RequestOrigin): boolean;
}

/** The guard of a server on one loopback port. */
export function loopbackGuard(port: number): HostGuard {
  const pageHost = `localhost:${String(port)}`;
  const pageOrigin = `http://${pageHost}`;
  const hosts = new Set([pageHost, `127.0.0.1:${String(port)}`, `[::1]:${String(port)}`]);
  const isOwn = ({ host, origin, fetchSite }: RequestOrigin): boolean => {
    // `none` is the user's own navigation: a typed address or a link from the terminal.
    const foreignSite =
      fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none';
    return !foreignSite && (origin === undefined || origin === `http://${host ?? ''}`);
  };
  const knowsHost = (host: string | undefined): boolean => host !== undefined && hosts.has(host);
  return {
    pageOrigin,
    knowsHost,
    knowsOrigin: (origin) => origin === pageOrigin,
    admits: (request) => request.host === pageHost && isOwn(request),
    admitsElsewhere: (request) =>
      request.host !== pageHost && knowsHost(request.host) && isOwn(request),
  };
}
