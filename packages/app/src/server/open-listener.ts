import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isGatewayTarget } from '@postern/gateway';
import { ok, type Clock, type Result } from '@postern/kernel';
import type { ProcessLog } from '../log/process-log.ts';
import { listenOn, type Listening, type ListenFailure } from './listen.ts';
import { placeOf, type Area, type Listener, type ListenerPlace } from './listener.ts';

/** Makes what answers in an area, for the listener at a place. */
export type Routers = Readonly<Record<Area, (place: ListenerPlace) => RequestListener>>;

export interface OpenListener extends Listening {
  readonly place: ListenerPlace;
}

export interface OpenListenerParts {
  readonly listener: Listener;
  readonly routers: Routers;
  readonly clock: Clock;
  readonly log: ProcessLog;
}

/** Listens, and answers in the areas that the listener serves. */
export async function openListener(
  parts: OpenListenerParts,
): Promise<Result<OpenListener, ListenFailure>> {
  const { listener, routers } = parts;
  const listened = await listenOn(listener);
  if (!listened.ok) return listened;
  const listening = listened.value;
  const place = placeOf(listener, listening.port);
  const answers = new Map([...listener.serves].map((area) => [area, routers[area](place)]));
  listening.handle((request, response) => {
    const area = areaOf(request);
    logRequest(parts, area ?? 'nowhere', request, response);
    if (area !== 'gateway') closeIfUnread(request, response);
    if (area === undefined) refuse(response, 400);
    else (answers.get(area) ?? notServed)(request, response);
  });
  return ok({
    place,
    close: async (graceMs) => {
      await listening.close(graceMs);
    },
  });
}

/** Undefined for a target that is not a path, such as an absolute URL or `*`: never routed (RFC 9112 §3.2). */
function areaOf({ method, url = '' }: IncomingMessage): Area | undefined {
  if (isGatewayTarget(method, url)) return 'gateway';
  if (url.startsWith('/api/')) return 'app';
  return url.startsWith('/') ? 'page' : undefined;
}

function notServed(_request: IncomingMessage, response: ServerResponse): void {
  refuse(response, 404);
}

function refuse(response: ServerResponse, status: 400 | 404): void {
  response.writeHead(status, { connection: 'close' }).end();
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
