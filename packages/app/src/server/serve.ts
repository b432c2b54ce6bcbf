import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Gateway } from '@postern/gateway';
import { failed, ok, unreachable, type Randomness, type Result } from '@postern/kernel';
import { type Problem, problem } from '@postern/protocol';
import { createAppApi } from '../api/app-api.ts';
import { createPage } from '../api/page.ts';
import { createAgentApi } from '../instance/agent-api.ts';
import { controlPlace } from '../instance/control-address.ts';
import { createControlApi } from '../instance/control-api.ts';
import type { Listening, ListenFailure } from './listen.ts';
import { loopbackListener } from './listener.ts';
import { listenOnSocket } from './listen-on-socket.ts';
import { loadPageFiles } from './page-files.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { gatewayOf } from './gateway-of.ts';
import { openListener, type Routers } from './open-listener.ts';
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

type RouterOptions = Pick<ServeOptions, 'postern' | 'version' | 'pageDirectory' | 'onFault'>;

export interface Serving {
  /** The address of the gateway: `http://127.0.0.1:PORT`. */
  readonly gatewayUrl: string;
  launchUrl(): string;
  /** Stops and saves answers, ends open requests and closes everything. */
  close(): Promise<void>;
}

/** How long a stop waits for running requests. */
const GRACE_MS = 5000;

/** Opens the listener of the app, the page and the gateway, and the control socket. */
export async function serve(options: ServeOptions): Promise<Result<Serving, Problem>> {
  const { postern, randomness } = options;
  const { clock, log } = postern;
  const sessions = createSessions(clock, randomness);
  const gateway = gatewayOf(postern, randomness);
  const routers = routersOf(options, gateway, sessions);
  const listener = loopbackListener(options.port);
  const opened = await openListener({ listener, routers, clock, log });
  if (!opened.ok) return failed(describeListenFailure(opened.failure));
  const { pageOrigin, gatewayUrl } = opened.value.place;
  const launchUrl = (): string => `${pageOrigin}/#launch=${sessions.newLaunchCode()}`;
  endSessionsWithLock(postern, sessions);
  drainWithLock(postern, gateway);
  const control = await openControl(options, sessions, launchUrl, pageOrigin);
  if (!control.ok) {
    await opened.value.close(0);
    return control;
  }
  return ok({
    gatewayUrl,
    launchUrl,
    close: async () => {
      await postern.running.stopAll();
      await gateway.drain(GRACE_MS, 'draining');
      await Promise.all([opened.value.close(GRACE_MS), control.value.close(0)]);
      await postern.close();
    },
  });
}

/** What every listener of this process answers with. */
export function routersOf(options: RouterOptions, gateway: Gateway, sessions: Sessions): Routers {
  const { postern, version, pageDirectory, onFault } = options;
  return {
    gateway:
      ({ callers }) =>
      (request, response) => {
        gateway.handle(request, response, callers);
      },
    app: (place) => listenerOf(createAppApi({ postern, sessions, place, version, onFault })),
    page: (place) => listenerOf(createPage(loadPageFiles(pageDirectory), place)),
  };
}

function listenerOf({ fetch }: Pick<Hono, 'fetch'>): RequestListener {
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  return (request, response) => {
    void answer(request, response);
  };
}

function drainWithLock({ locking }: Postern, gateway: Gateway): void {
  locking.drainFirst({
    isBusy: () => gateway.runningCalls > 0,
    drain: async (timeoutMs) => {
      await gateway.drain(timeoutMs, 'vault-locked');
    },
    resume: () => {
      gateway.resume();
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
  const place = controlPlace(postern.home);
  return await listenOnSocket(place, options.randomness, listenerOf(api));
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
