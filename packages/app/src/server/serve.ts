import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { isGatewayTarget } from '@postern/gateway';
import { failed, ok, unreachable, type Randomness, type Result } from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';
import { createAppApi } from '../api/app-api.ts';
import { createPage } from '../api/page.ts';
import { createAgentApi } from '../instance/agent-api.ts';
import { controlPlace } from '../instance/control-address.ts';
import { createControlApi } from '../instance/control-api.ts';
import { loopbackGuard } from './host-guard.ts';
import { listenOnLoopback, type Listening, type ListenFailure } from './listen.ts';
import { listenOnSocket } from './listen-on-socket.ts';
import { loadPageFiles } from './page-files.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { gatewayListener } from './gateway-listener.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { Postern } from '../postern.ts';

export interface ServeOptions {
  readonly postern: Postern;
  /** 0 picks a free port. */
  readonly port: number;
  readonly randomness: Randomness;
  readonly version: string;
  /** The directory of the built page. */
  readonly pageDirectory: string;
  readonly onFault: (fault: unknown) => void;
  /** Called when a command stops the process over the control socket. */
  readonly onStop: () => void;
}

export interface Serving {
  /** The address of the gateway: `http://127.0.0.1:PORT`. */
  readonly gatewayUrl: string;
  launchUrl(): string;
  /** Stops and saves answers, ends open requests and closes everything. */
  close(): Promise<void>;
}

/** How long a stop waits for running requests. */
const GRACE_MS = 5000;

/** Opens the port of the app, the page and the gateway, and the control socket. */
export async function serve(options: ServeOptions): Promise<Result<Serving, Problem>> {
  const { postern } = options;
  const front = await listenOnLoopback(options.port);
  if (!front.ok) return failed(describeListenFailure(front.failure));
  const { port } = front.value;
  const gatewayUrl = `http://127.0.0.1:${String(port)}`;
  const sessions = createSessions(postern.clock, options.randomness);
  const guard = loopbackGuard(port);
  const launchUrl = (): string => `${guard.pageOrigin}/#launch=${sessions.newLaunchCode()}`;
  const page = createPage(loadPageFiles(options.pageDirectory), guard);
  const app = createAppApi({
    postern,
    sessions,
    guard,
    version: options.version,
    gatewayUrl,
    onFault: options.onFault,
  });
  const appListener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const pageListener = getRequestListener(page.fetch, { overrideGlobalObjects: false });
  endSessionsWithLock(postern, sessions);
  const gateway = gatewayListener(postern, guard, options.randomness);
  postern.locking.drainFirst({
    isBusy: () => gateway.runningCalls > 0,
    drain: async (timeoutMs) => {
      await gateway.drain(timeoutMs, 'vault-locked');
    },
    resume: () => {
      gateway.resume();
    },
  });
  front.value.handle((request, response) => {
    const area = areaOf(request);
    logRequest(postern, area, request, response);
    if (area !== 'gateway') closeIfUnread(request, response);
    if (area === 'gateway') gateway.handle(request, response);
    else if (area === 'app') void appListener(request, response);
    else if (area === 'page') void pageListener(request, response);
    else refuseTarget(request, response);
  });
  const control = await openControl(options, sessions, launchUrl, guard.pageOrigin);
  if (!control.ok) {
    await front.value.close(0);
    return control;
  }
  return ok({
    gatewayUrl,
    launchUrl,
    close: async () => {
      await postern.running.stopAll();
      await gateway.drain(GRACE_MS, 'draining');
      await Promise.all([front.value.close(GRACE_MS), control.value.close(0)]);
      await postern.close();
    },
  });
}

/** A page may ask for the passphrase afterwards, but not for an unlock through the keyring. */
function endSessionsWithLock({ locking, vault }: Postern, sessions: Sessions): void {
  locking.drainFirst({
    isBusy: () => false,
    drain: async () => {
      if (vault.storage === 'file') sessions.lockAll();
      else sessions.endAll();
      await Promise.resolve();
    },
    resume: () => undefined,
  });
}

type Area = 'gateway' | 'app' | 'page' | 'nowhere';

function areaOf({ method, url = '' }: IncomingMessage): Area {
  if (isGatewayTarget(method, url)) return 'gateway';
  if (url.startsWith('/api/')) return 'app';
  return url.startsWith('/') ? 'page' : 'nowhere';
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

/** Logs the part and the outcome, but not the path, which may contain anything. */
function logRequest(
  { clock, log }: Postern,
  area: Area,
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

/** A target that isn't a path, such as an absolute URL or `*`, is never routed (RFC 9112 §3.2). */
function refuseTarget(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(400, { connection: 'close' }).end();
}

async function openControl(
  options: ServeOptions,
  sessions: Sessions,
  launchUrl: () => string,
  address: string,
): Promise<Result<Listening, Problem>> {
  const { postern } = options;
  const held = (): OpenVault | undefined => {
    postern.locking.used();
    return postern.openVault();
  };
  const agent = createAgentApi(held);
  const api = createControlApi({
    launchUrl,
    status: () => ({
      address,
      version: options.version,
      pid: process.pid,
      storage: postern.vault.storage ?? null,
      unlocked: postern.stores() !== undefined,
    }),
    lock: async () => {
      await postern.locking.lock('ASKED');
    },
    endSessions: () => {
      sessions.endAll();
    },
    stop: options.onStop,
  });
  api.route('/', agent);
  const listener = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  const place = controlPlace(postern.home);
  return await listenOnSocket(place, options.randomness, (request, response) => {
    void listener(request, response);
  });
}

function describeListenFailure(failure: ListenFailure): Problem {
  switch (failure.reason) {
    case 'port-taken':
      return problem('PORT_TAKEN', `Another program is already listening on port ${failure.at}.`);
    case 'port-refused':
      return problem(
        'PORT_TAKEN',
        `The operating system doesn't let Postern listen on port ${failure.at}.`,
      );
    default:
      return unreachable(failure.reason);
  }
}
