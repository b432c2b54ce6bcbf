import type { RequestListener } from 'node:http';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { parseDurationMs } from '../config/duration.ts';
import type { ChangedSetting } from '../config/reload-config.ts';
import type { Postern } from '../postern.ts';
import { describeListenFailure } from './describe-listen-failure.ts';
import { gatewayListener } from './gateway-listener.ts';
import { gatewayOf } from './gateway-of.ts';
import { openControl } from './open-control.ts';
import { openListener } from './open-listener.ts';
import type { ListenerPlace } from './listener.ts';
import { drainWithLock } from './drain-with-lock.ts';

export interface ServeGatewayOptions {
  readonly postern: Postern;
  /** Instead of the configured port; 0 picks a free one. */
  readonly port: number | undefined;
  readonly randomness: Randomness;
  readonly version: string;
  /** Called when a command stops the process over the control socket. */
  readonly onStop: () => void;
  /** Reads the configuration again. */
  readonly onReload: () => Promise<Result<readonly ChangedSetting[], Problem>>;
}

export interface ServingGateway {
  /** The address for programs: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Accepts no more connections, waits for running requests, and closes everything. */
  close(): Promise<void>;
}

const DEFAULT_DRAIN_MS = 25_000;
/** For the last bytes of responses that were ended. */
const CLOSE_MS = 1000;

/** Opens the listener of the gateway alone, and the control socket: no page, no app API. */
export async function serveGateway(
  options: ServeGatewayOptions,
): Promise<Result<ServingGateway, Problem>> {
  const { postern, port, randomness, version } = options;
  const { clock, log } = postern;
  const configured = await gatewayListener({ config: postern.config(), clock });
  if (!configured.ok) return configured;
  const listener = port === undefined ? configured.value : { ...configured.value, port };
  const gateway = gatewayOf(postern, randomness);
  const routers = {
    gateway:
      ({ callers }: Pick<ListenerPlace, 'callers'>): RequestListener =>
      (request, response) => {
        gateway.handle(request, response, callers);
      },
  };
  const opened = await openListener({ listener, routers, clock, log });
  if (!opened.ok) return failed(describeListenFailure(opened.failure));
  drainWithLock(postern, gateway);
  const url = opened.value.place.gatewayUrl;
  const control = await openControl({
    ...{ postern, randomness, version, address: url },
    stop: options.onStop,
    reload: options.onReload,
    endSessions: () => undefined,
  });
  if (!control.ok) {
    await opened.value.close(0);
    return control;
  }
  return ok({
    url,
    close: async () => {
      const drainMs = parseDurationMs(postern.config().gateway.drainTimeout) ?? DEFAULT_DRAIN_MS;
      await Promise.all([
        gateway.drain(drainMs, 'draining'),
        opened.value.close(drainMs + CLOSE_MS),
        control.value.close(0),
      ]);
      await postern.close();
    },
  });
}
