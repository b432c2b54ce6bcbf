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
  /** Whether the `Host` names this server. */
  knowsHost(host: string | undefined): boolean;
  /** Whether the `Origin` is one of this server's own. */
  knowsOrigin(origin: string): boolean;
  /** Whether the request is the page's own or comes from no browser at all. */
  admits(request: RequestOrigin): boolean;
}

/** The guard of a server that listens on one loopback port. */
export function loopbackGuard(port: number): HostGuard {
  const hosts = new Set(
    ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${String(port)}`),
  );
  const origins = new Set([...hosts].map((host) => `http://${host}`));
  const knowsHost = (host: string | undefined): boolean => host !== undefined && hosts.has(host);
  return {
    knowsHost,
    knowsOrigin: (origin) => origins.has(origin),
    admits: ({ host, origin, fetchSite }) => {
      if (!knowsHost(host)) return false;
      // `none` is a person's own navigation: an address typed or a link from the terminal.
      const foreignSite =
        fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none';
      if (foreignSite) return false;
      return origin === undefined || (origins.has(origin) && origin === `http://${host ?? ''}`);
    },
  };
}
