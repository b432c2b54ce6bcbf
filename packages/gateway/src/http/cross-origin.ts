import type { ServerResponse } from 'node:http';

/*
 * Pages of other origins that a key lists (Fetch standard, CORS protocol). Credentials mode is never allowed:
 * a page sends the key itself, and no cookie counts here. The wildcard covers every request header except
 * `authorization`, which must be named.
 */

const PREFLIGHT_SECONDS = '600';

/** Lets the page of an origin read the response. Only for origins that a key lists. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', '*');
  response.setHeader('vary', 'origin');
}

/** Answers the request with which a browser asks whether a page may send another one. It carries no key. */
export function answerPreflight(response: ServerResponse, origin: string, method: string): void {
  allowOrigin(response, origin);
  response.writeHead(204, {
    'access-control-allow-methods': method,
    'access-control-allow-headers': '*, authorization',
    // Chrome asks for it before a page on the internet calls a private address or loopback.
    'access-control-allow-private-network': 'true',
    'access-control-max-age': PREFLIGHT_SECONDS,
  });
  response.end();
}
