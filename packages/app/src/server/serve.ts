import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Gateway } from '@postern/gateway';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { createAppApi } from '../api/app-api.ts';
import type { AppProgram, SignIns } from '../api/app-api-parts.ts';
import { discardTransfers } from '../backup/backup-places.ts';
import { createPage } from '../api/page.ts';
import { describeListenFailure } from './describe-listen-failure.ts';
import { drainWithLock } from './drain-with-lock.ts';
import { loopbackListener } from './listener.ts';
import { loadPageFiles } from './page-files.ts';
import { rememberedBrowsers } from './remembered-browsers.ts';
import { createChallenges } from './session-challenges.ts';
import { createSessions } from './sessions.ts';
import { gatewayOf } from './gateway-of.ts';
import { openControl } from './open-control.ts';
import { openListener, type Routers } from './open-listener.ts';
import type { Postern } from '../postern.ts';

export interface ServeOptions {
  readonly postern: Postern;
  /** 0 picks a free port. */
  readonly port: number;
  readonly randomness: Randomness;
  readonly version: string;
  readonly program: AppProgram;
  /** The directory of the built page. */
  readonly pageDirectory: string;
  readonly onFault: (fault: unknown) => void;
  /** Called when a command stops the process over the control socket. */
  readonly onStop: () => void;
}

type RouterOptions = Omit<ServeOptions, 'port' | 'randomness' | 'onStop'>;

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
  discardTransfers(postern.home);
  const signIns = signInsOf(options);
  const { sessions, browsers } = signIns;
  const gateway = gatewayOf(postern, randomness);
  const routers = routersOf(options, gateway, signIns);
  const listener = loopbackListener(options.port);
  const opened = await openListener({ listener, routers, clock, log });
  if (!opened.ok) return failed(describeListenFailure(opened.failure));
  const { pageOrigin, gatewayUrl } = opened.value.place;
  const launchUrl = (): string => `${pageOrigin}/#launch=${sessions.newLaunchCode()}`;
  endSessionsWithLock(postern, signIns);
  drainWithLock(postern, gateway);
  const control = await openControl({
    ...{ postern, randomness, version: options.version, address: pageOrigin, launchUrl },
    endSessions: () => {
      sessions.endAll();
      browsers.forgetAll();
    },
    stop: options.onStop,
    reload: async () => await postern.reload(),
  });
  if (!control.ok) {
    await opened.value.close(0);
    return control;
  }
  return ok({
    gatewayUrl,
    launchUrl,
    close: async () => {
      await postern.running.stopAll();
      // Their event streams would keep the listener open.
      sessions.endAll();
      await gateway.drain(GRACE_MS, 'draining');
      await Promise.all([opened.value.close(GRACE_MS), control.value.close(0)]);
      await postern.close();
    },
  });
}

/** Who may use the app. */
export function signInsOf({
  postern,
  randomness,
}: Pick<ServeOptions, 'postern' | 'randomness'>): SignIns {
  const { clock, vault, home } = postern;
  return {
    sessions: createSessions(clock, randomness),
    challenges: createChallenges(clock, randomness),
    browsers: rememberedBrowsers({ dataDir: home.dataDir, vault, clock, randomness }),
  };
}

/** What every listener of this process answers with. */
export function routersOf(
  options: RouterOptions,
  gateway: Gateway,
  signIns: SignIns,
): Required<Omit<Routers, 'metrics'>> {
  const { pageDirectory, ...parts } = options;
  return {
    gateway:
      ({ callers }) =>
      (request, response) => {
        gateway.handle(request, response, callers);
      },
    app: (place) => listenerOf(createAppApi({ ...parts, ...signIns, place })),
    page: (place) => listenerOf(createPage(loadPageFiles(pageDirectory), place)),
  };
}

function listenerOf({ fetch }: Pick<Hono, 'fetch'>): RequestListener {
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  return (request, response) => {
    void answer(request, response);
  };
}

/** A page may ask for the passphrase afterwards, but not for an unlock through the keyring. */
function endSessionsWithLock({ locking, vault }: Postern, { sessions }: SignIns): void {
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
