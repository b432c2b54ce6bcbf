import type { IncomingMessage, RequestListener } from 'node:http';
import { METRICS_TYPE } from '../metrics/gateway-metrics.ts';
import type { ListenerPlace } from './listener.ts';

export interface MetricsEndpoint {
  /** The metrics in Prometheus' text format; undefined if another process should have added them up, but hangs. */
  readonly text: () => Promise<string | undefined>;
  readonly callers: ListenerPlace['callers'];
  /** If there is a token, every request needs it, and this checks it. */
  readonly isToken: ((given: string) => boolean) | undefined;
  /** Whether requests may come through a proxy, which hides where they come from. */
  readonly isBehindProxy: boolean;
}

/** A request for the metrics that says it came through a proxy. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/**
 * `GET /metrics`. With a token, it needs the token. Without one, it answers this machine alone: no
 * other address, no browser, and nothing that a proxy forwarded.
 */
export function metricsEndpoint(endpoint: MetricsEndpoint): RequestListener {
  return (request, response) => {
    const status = statusOf(endpoint, request);
    if (status !== 200) {
      response.writeHead(status, status === 401 ? { 'www-authenticate': 'Bearer' } : {}).end();
      return;
    }
    endpoint.text().then(
      (text) => {
        if (text === undefined) {
          response.writeHead(503).end();
          return;
        }
        const headers = { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' };
        response.writeHead(200, headers).end(text);
      },
      () => response.writeHead(500).end(),
    );
  };
}

function statusOf(endpoint: MetricsEndpoint, request: IncomingMessage): 200 | 401 | 403 | 405 {
  const { callers, isToken } = endpoint;
  const { method, headers } = request;
  const { host, origin, authorization = '' } = headers;
  if (method !== 'GET') return 405;
  // A browser sends no origin with an image, a script or a typed address.
  const isFromBrowser = origin !== undefined || headers['sec-fetch-site'] !== undefined;
  if (host === undefined || !callers.allowsHost(host) || isFromBrowser) return 403;
  if (isToken !== undefined) {
    const [, given = ''] = /^Bearer (\S{1,1000})$/i.exec(authorization) ?? [];
    return isToken(given) ? 200 : 401;
  }
  return isFromHere(endpoint, request) ? 200 : 403;
}

function isFromHere(
  { callers, isBehindProxy }: MetricsEndpoint,
  request: IncomingMessage,
): boolean {
  if (isBehindProxy || FORWARDED.some((name) => request.headers[name] !== undefined)) return false;
  const address = callers.clientAddress(request);
  return address === '::1' || address.startsWith('127.');
}
