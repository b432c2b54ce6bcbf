import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isGatewayTarget, isLoopback } from '@postern/gateway';
import { ok, type Clock, type Result } from '@postern/kernel';
import type { Config, Problem } from '@postern/protocol';
import type { ProcessLog } from '../log/process-log.ts';
import { ConnectionsPerAddress } from './connections-per-address.ts';
import {
  listenOn,
  type ListenOptions,
  type Listening,
  type ListenFailure,
  type PortListening,
} from './listen.ts';
import { placeOf, type Area, type Listener, type ListenerPlace } from './listener.ts';
import { plainAddress } from './client-address.ts';
import { redirectToTls, refuseWithoutTls } from './redirect-to-tls.ts';
import { asksForServiceWorker, removeServiceWorker } from './remove-service-worker.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { renewIdentity } from './renew-identity.ts';

/** Makes what answers in an area, for the listener at a place. */
export type Routers = Readonly<Partial<Record<Area, (place: ListenerPlace) => RequestListener>>>;

export interface OpenListener extends Listening {
  readonly place: ListenerPlace;
  /** Reads the certificate's files now. If they can't be used, the old certificate stays. */
  renewCertificate(): Promise<Result<'renewed' | 'same', Problem>>;
}

export interface OpenListenerParts {
  readonly listener: Listener;
  readonly routers: Routers;
  readonly clock: Clock;
  readonly log: ProcessLog;
  /** The limits of one address now. Default: none. */
  readonly perAddress?: () => ConnectionLimit;
  /** How often the certificate's files are read. Default: every 5 seconds. */
  readonly renewEveryMs?: number;
}

export type ConnectionLimit = Pick<
  Config['gateway']['perAddress'],
  'connections' | 'countsLoopback'
>;

/** How long browsers remember that the host has TLS: a year, in seconds. */
const HSTS = 'max-age=31536000';

/** Listens, and answers in the areas that the listener serves. */
export async function openListener(
  parts: OpenListenerParts,
): Promise<Result<OpenListener, ListenFailure>> {
  const { listener, routers } = parts;
  const { tls, proxies, serves } = listener;
  const connections = connectionsOf(parts);
  const listened = await listenOn({ ...listener, ...connections, ...whoMayConnect(listener) });
  if (!listened.ok) return listened;
  const listening = listened.value;
  const place = placeOf(listener, listening.port);
  const redirect = await openRedirect({ ...listener, ...connections }, place, listening.port);
  if (!redirect.ok) {
    await listening.close(0);
    return redirect;
  }
  const answers = new Map([...serves].map((area) => [area, routers[area]?.(place) ?? notServed]));
  listening.handle((request, response) => {
    const area = areaOf(request);
    logRequest(parts, area ?? 'nowhere', request, response);
    if (tls?.isRemembered === true) response.setHeader('strict-transport-security', HSTS);
    if (area !== 'gateway') closeIfUnread(request, response);
    if (serves.has('page') && asksForServiceWorker(request)) removeServiceWorker(response);
    else if (area === undefined) refuse(response, 400);
    else if (proxies.any && tls === undefined && cameInTheClear(request))
      refuseWithoutTls(response);
    else (answers.get(area) ?? notServed)(request, response);
  });
  const renewal = renewIdentity(parts, listening);
  return ok({
    place,
    renewCertificate: renewal.now,
    close: async (graceMs) => {
      renewal.stop();
      await Promise.all([listening.close(graceMs), redirect.value?.close(graceMs)]);
    },
  });
}

/** Without TLS, only this machine and the proxies that have TLS may connect. */
export function whoMayConnect({
  addresses,
  tls,
  proxies,
}: Pick<Listener, 'addresses' | 'tls' | 'proxies'>): Pick<ListenOptions, 'admits'> {
  if (tls !== undefined || addresses.every(({ host }) => isLoopback(host))) return {};
  return {
    admits: (peer) => {
      const address = plainAddress(peer);
      return isLoopback(address) || proxies.includes(address);
    },
  };
}

/** A trusted proxy has the connections of all its clients. */
function connectionsOf({
  listener: { proxies },
  perAddress,
}: Pick<OpenListenerParts, 'listener' | 'perAddress'>): Pick<ListenOptions, 'connections'> {
  if (perAddress === undefined) return {};
  const limitOf = (address: string): number => {
    const { connections, countsLoopback } = perAddress();
    const isCounted = !proxies.includes(address) && (countsLoopback || !isLoopback(address));
    return isCounted ? connections : Infinity;
  };
  return { connections: new ConnectionsPerAddress(limitOf) };
}

/** A proxy says that its own client used no TLS. */
function cameInTheClear({ headers }: IncomingMessage): boolean {
  return headers['x-forwarded-proto'] === 'http';
}

async function openRedirect(
  { addresses, redirectFrom, ...listener }: Listener & Pick<ListenOptions, 'connections'>,
  { guard }: ListenerPlace,
  port: number,
): Promise<Result<PortListening | undefined, ListenFailure>> {
  if (redirectFrom === undefined) return ok(undefined);
  const opened = await listenOn({ ...listener, addresses, port: redirectFrom, tls: undefined });
  if (opened.ok) opened.value.handle(redirectToTls(guard, port));
  return opened;
}

/** Undefined for a target that is not a path, such as an absolute URL or `*`: never routed (RFC 9112 §3.2). */
function areaOf({ method, url = '' }: IncomingMessage): Area | undefined {
  if (isGatewayTarget(method, url)) return 'gateway';
  if (url === '/metrics') return 'metrics';
  if (url.startsWith('/api/')) return 'app';
  return url.startsWith('/') ? 'page' : undefined;
}

function notServed(_request: IncomingMessage, response: ServerResponse): void {
  refuse(response, 404);
}

function refuse(response: ServerResponse, status: 400 | 404): void {
  response.writeHead(status, { ...SECURITY_HEADERS, connection: 'close' }).end();
}

/** How much of a rejected body is read, so that a signed-out page still gets its response. */
const MAX_UNREAD_BYTES = 65_536;

/** A body that was rejected before it was read isn't read afterwards either. */
function closeIfUnread(request: IncomingMessage, response: ServerResponse): void {
  const length = Number(request.headers['content-length'] ?? '0');
  const isLong = length > MAX_UNREAD_BYTES || request.headers['transfer-encoding'] !== undefined;
  if (!isLong) return;
  response.once('finish', () => {
    if (!request.complete) request.socket.destroySoon();
  });
}

/** Logs the area and the outcome, but not the path, which may contain anything. */
function logRequest(
  { clock, log }: Pick<OpenListenerParts, 'clock' | 'log'>,
  area: Area | 'nowhere',
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!log.shows('debug')) return;
  const beganMs = clock.monotonicMs();
  response.once('close', () => {
    const durationMs = Math.round(clock.monotonicMs() - beganMs);
    const isWhole = response.writableFinished;
    const fields = { area, status: response.statusCode, isWhole, durationMs };
    log.write('debug', 'http.request', `${request.method ?? 'A'} request ended.`, fields);
  });
}
