import type { RequestListener } from 'node:http';
import { failed, ok, type Randomness, type Result } from '@postern/kernel';
import { routeName, type AddressAdmission } from '@postern/gateway';
import { secretName, type Config, type Problem } from '@postern/protocol';
import { DEFAULT_FIELD } from '@postern/vault';
import { parseDurationMs } from '../config/duration.ts';
import { createGatewayMetrics, type MetricsSnapshot } from '../metrics/gateway-metrics.ts';
import type { Postern } from '../postern.ts';
import { secretNotFound } from '../secrets/secret-name.ts';
import { describeListenFailure } from './describe-listen-failure.ts';
import { gatewayListener } from './gateway-listener.ts';
import { gatewayOf } from './gateway-of.ts';
import { metricsEndpoint } from './metrics-endpoint.ts';
import { tokenCheck } from './metrics-token.ts';
import { openControl, type OpenControlOptions } from './open-control.ts';
import { openListener } from './open-listener.ts';
import type { ProcessPart } from './part-of-limit.ts';
import type { Listening } from './listen.ts';
import type { ListenerPlace } from './listener.ts';
import { drainWithLock } from './drain-with-lock.ts';

export interface ServeGatewayOptions {
  readonly postern: Postern;
  /** Instead of the configured port; 0 picks a free one. */
  readonly port: number | undefined;
  readonly randomness: Randomness;
  readonly version: string;
  /** What commands can do over the control socket. Undefined if another process has the socket. */
  readonly control: ServeControl | undefined;
  /** The metrics of all processes, as in `MetricsEndpoint`. Default: those of this process. */
  readonly allMetrics?: () => Promise<string | undefined>;
  /** These are as in `GatewayParts`. */
  readonly addresses?: AddressAdmission;
  readonly part?: ProcessPart;
}

export type ServeControl = Pick<OpenControlOptions, 'stop' | 'reload'>;

export interface ServingGateway {
  /** The address for programs: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The metrics of this process. */
  readonly metrics: () => Promise<MetricsSnapshot>;
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
  const { dataDir } = postern.home;
  const config = postern.config();
  const configured = await gatewayListener({ config, clock, dataDir, randomness });
  if (!configured.ok) return configured;
  const listener = port === undefined ? configured.value : { ...configured.value, port };
  const token = await metricsToken(postern);
  if (!token.ok) return token;
  const metrics = createGatewayMetrics(version);
  const { addresses, part } = options;
  const gateway = gatewayOf(postern, randomness, { metrics, addresses, part });
  const routers = {
    gateway:
      ({ callers }: Pick<ListenerPlace, 'callers'>): RequestListener =>
      (request, response) => {
        const route = routeName(request.url);
        response.once('close', () => {
          metrics.responded(route, response.statusCode);
        });
        gateway.handle(request, response, callers);
      },
    metrics: ({ callers }: Pick<ListenerPlace, 'callers'>): RequestListener =>
      metricsEndpoint({
        ...{ callers, isToken: token.value, text: options.allMetrics ?? metrics.text },
        isBehindProxy: listener.proxies.any || listener.publicHosts.length > 0,
      }),
  };
  const opened = await openListener({
    ...{ listener, routers, clock, log },
    perAddress: () => postern.config().gateway.perAddress,
  });
  if (!opened.ok) return failed(describeListenFailure(opened.failure));
  drainWithLock(postern, gateway);
  const url = opened.value.place.gatewayUrl;
  const control =
    options.control === undefined
      ? ok(undefined)
      : await openServeControl({ ...options, ...options.control, address: url });
  if (!control.ok) {
    await opened.value.close(0);
    return control;
  }
  return ok({
    url,
    metrics: metrics.snapshot,
    close: async () => {
      const drainMs = drainTimeoutMs(postern.config());
      await Promise.all([
        gateway.drain(drainMs, 'draining'),
        opened.value.close(drainMs + CLOSE_MS),
        control.value?.close(0),
      ]);
      await postern.close();
    },
  });
}

/** How long a stop waits for running requests. */
export function drainTimeoutMs({ gateway }: Config): number {
  return parseDurationMs(gateway.drainTimeout) ?? DEFAULT_DRAIN_MS;
}

/** Opens the control socket of a process without a page. */
export async function openServeControl(
  options: Omit<OpenControlOptions, 'launchUrl' | 'endSessions'>,
): Promise<Result<Listening, Problem>> {
  return await openControl({ ...options, endSessions: () => undefined });
}

/** The check of the token that the configuration names; undefined if it names none. */
async function metricsToken(
  postern: Postern,
): Promise<Result<((given: string) => boolean) | undefined, Problem>> {
  const name = postern.config().gateway.metrics.tokenSecret;
  if (name === undefined) return ok(undefined);
  const found = await postern.stores()?.vault.get(secretName.from(name), { action: 'secret.use' });
  if (found?.ok === false) return found;
  const value = found?.value?.fields.get(DEFAULT_FIELD);
  return value === undefined
    ? failed(secretNotFound(secretName.from(name)))
    : ok(tokenCheck(value));
}
