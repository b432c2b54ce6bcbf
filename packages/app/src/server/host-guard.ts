/*
 * Local HTTP is hostile ground: any page in the person's browser can send requests to loopback.
 * A request counts only under a host name that Postern itself printed (DNS rebinding), and one
 * that a browser sent for another site is refused before any work (CSRF, cross-origin reads).
 */

export interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` of the Fetch Metadata specification; absent outside browsers. */
  readonly fetchSite: string | undefined;
}

export interface HostGuard {
  /** Where the page and its API are, and nowhere else: `http://localhost:PORT`. */
  readonly pageOrigin: string;
  /** Whether the `Host` names this server. */
  knowsHost(host: string | undefined): boolean;
  /** Whether the `Origin` is the page's. */
  knowsOrigin(origin: string): boolean;
  /** Whether the request is the page's own or comes from no browser at all. */
  admits(request: RequestOrigin): boolean;
  /** Whether it would be if it had come under the page's own host. */
  admitsElsewhere(request: RequestOrigin): boolean;
}

/** The guard of a server that listens on one loopback port. */
export function loopbackGuard(port: number): HostGuard {
  const pageHost = `localhost:${String(port)}`;
  const pageOrigin = `http://${pageHost}`;
  const hosts = new Set([pageHost, `127.0.0.1:${String(port)}`, `[::1]:${String(port)}`]);
  const isOwn = ({ host, origin, fetchSite }: RequestOrigin): boolean => {
    // `none` is a person's own navigation: an address typed or a link from the terminal.
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
