import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { failed, ok, whenReady, type Result, type Secret } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { authorize, redactorOf, type KeyHeader } from '../authorize.ts';
import { parseAddress, type Address } from '../providers/address.ts';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { RunningExchange, type ExchangeRequest, type StartExchange } from './exchange.ts';
import { fetchText, type FetchedText } from './fetch-text.ts';
import { bypassesProxy, proxyRoute, type ProxyConfig } from './proxy.ts';
import { requestHeaders } from './request-headers.ts';

/**
 * Certificates (PEM) that are trusted in addition to the built-in authorities.
 * @deprecated Only for tests, which make their own authority.
 */
export const trustedByTestsOnly: unique symbol = Symbol('trustedByTestsOnly');

export interface ConnectionsOptions {
  /** Hosts other than loopback to which plain HTTP is allowed. */
  readonly localHosts: readonly string[];
  readonly proxy?: ProxyConfig;
  readonly proxyPassword?: Secret;
  /** The timeout for a connection, including TLS. Default: 10 seconds. */
  readonly connectTimeoutMs?: number;
  readonly [trustedByTestsOnly]?: readonly string[];
}

/** All connections of this process to upstreams. */
export interface Connections {
  readonly exchange: StartExchange;
  /** Sends one request and reads the whole response, regardless of its status. */
  fetchText(
    request: ExchangeRequest,
    maxBytes?: number,
  ): Promise<Result<FetchedText, UpstreamFailure>>;
  /**
   * Sets the password of the proxy when the vault is unlocked; undefined removes it. Cancels all requests that
   * use the proxy.
   */
  useProxyPassword(password: Secret | undefined): void;
  /** Cancels all requests and closes all connections. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 300_000;
const IDLE_TIMEOUT_MS = 300_000;
/** How long an idle connection is kept, unless the upstream sends a time. */
const KEEP_ALIVE_MS = 15_000;
const KEEP_ALIVE_MAX_MS = 60_000;

/** A provider's address and its connection pool. */
interface Target {
  readonly address: Address;
  readonly route: Route;
}

interface Route {
  readonly dispatcher: Dispatcher;
  readonly viaProxy: boolean;
}

/**
 * Opens connections on demand and keeps them for a while. It follows no redirects and repeats no requests:
 * undici moves a request to another connection only before its first byte was sent.
 */
export function createConnections(options: ConnectionsOptions): Connections {
  const pools = new Map<string, Pool>();
  const tls = tlsOptions(options);
  let proxyAgent: Result<ProxyAgent, UpstreamFailure> | undefined;
  let proxyPassword = options.proxyPassword;
  let targets = new WeakMap<Provider, Result<Target, UpstreamFailure>>();
  let closed = false;

  const poolOf = (address: Address): Pool => {
    const known = pools.get(address.origin);
    if (known !== undefined) return known;
    const pool = new Pool(address.origin, { ...POOL_OPTIONS, connect: tls });
    pools.set(address.origin, pool);
    return pool;
  };
  const routeTo = (address: Address): Result<Route, UpstreamFailure> => {
    const { proxy } = options;
    if (proxy === undefined || address.local || bypassesProxy(address.host, proxy.noProxy)) {
      return ok({ dispatcher: poolOf(address), viaProxy: false });
    }
    proxyAgent ??= makeProxyAgent(proxy, proxyPassword, tls);
    return proxyAgent.ok ? ok({ dispatcher: proxyAgent.value, viaProxy: true }) : proxyAgent;
  };
  const targetOf = (provider: Provider): Result<Target, UpstreamFailure> => {
    const known = targets.get(provider);
    if (known !== undefined) return known;
    const target = findTarget(provider, options.localHosts, routeTo);
    targets.set(provider, target);
    return target;
  };
  const exchange: StartExchange = (request, sink) => {
    const target = closed ? failed({ reason: 'cancelled' }) : targetOf(request.provider);
    const viaProxy = target.ok && target.value.route.viaProxy;
    const running = new RunningExchange(sink, request.signal, viaProxy);
    if (request.signal?.aborted === true) running.failSoon({ reason: 'cancelled' });
    else if (target.ok) authorizeAndSend(request, target.value, running);
    else running.failSoon(target.failure);
    return running;
  };
  return {
    exchange,
    fetchText: (request, maxBytes) => fetchText(exchange, request, maxBytes),
    useProxyPassword: (password) => {
      proxyPassword = password;
      const old = proxyAgent;
      proxyAgent = undefined;
      targets = new WeakMap();
      if (old?.ok === true) void old.value.destroy();
    },
    close: async () => {
      closed = true;
      const agents = proxyAgent?.ok === true ? [proxyAgent.value] : [];
      await Promise.all([...pools.values(), ...agents].map((pool) => pool.destroy()));
    },
  };
}

const POOL_OPTIONS = {
  pipelining: 1,
  keepAliveTimeout: KEEP_ALIVE_MS,
  keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
} as const;

/** The TLS options of all connections: certificates are always checked, regardless of the environment. */
interface TlsOptions {
  readonly timeout: number;
  readonly rejectUnauthorized: true;
  readonly minVersion: 'TLSv1.2';
  readonly allowH2: false;
  readonly secureContext?: SecureContext;
}

function tlsOptions(options: ConnectionsOptions): TlsOptions {
  const extra = options[trustedByTestsOnly];
  return {
    timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED changes the default.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    allowH2: false,
    ...(extra === undefined
      ? {}
      : { secureContext: createSecureContext({ ca: [...rootCertificates, ...extra] }) }),
  };
}

function makeProxyAgent(
  proxy: ProxyConfig,
  password: Secret | undefined,
  tls: TlsOptions,
): Result<ProxyAgent, UpstreamFailure> {
  const route = proxyRoute(proxy, password);
  if (!route.ok) return route;
  const { url, authorization } = route.value;
  return ok(
    new ProxyAgent({
      uri: url,
      ...(authorization === undefined ? {} : { token: authorization }),
      ...POOL_OPTIONS,
      connectTimeout: tls.timeout,
      // The client that requests tunnels from the proxy. The proxy's response is part of connecting.
      clientFactory: (origin, given) => new Pool(origin, { ...given, headersTimeout: tls.timeout }),
      requestTls: tls,
      proxyTls: tls,
    }),
  );
}

function findTarget(
  provider: Provider,
  localHosts: readonly string[],
  routeTo: (address: Address) => Result<Route, UpstreamFailure>,
): Result<Target, UpstreamFailure> {
  const address = parseAddress(provider.id, provider.baseUrl, localHosts);
  if (!address.ok) return address;
  const route = routeTo(address.value);
  return route.ok ? ok({ address: address.value, route: route.value }) : route;
}

function authorizeAndSend(
  request: ExchangeRequest,
  target: Target,
  running: RunningExchange,
): void {
  const { provider, credential } = request;
  if (provider.auth === 'none') {
    send(request, target, running, undefined);
    return;
  }
  if (credential === undefined) {
    running.failSoon({ reason: 'key-missing', provider: provider.id });
    return;
  }
  whenReady(
    credential.header(),
    (shown) => {
      // Cancelled during the renewal of a login.
      if (running.isOver) return;
      if (!shown.ok) {
        running.failSoon(shown.failure);
        return;
      }
      const header = authorize(provider.id, shown.value);
      if (!header.ok) {
        running.failSoon(header.failure);
        return;
      }
      running.shows(credential, redactorOf(shown.value.secret));
      send(request, target, running, header.value);
    },
    (fault) => {
      running.stopOnFault(fault);
    },
  );
}

function send(
  request: ExchangeRequest,
  target: Target,
  running: RunningExchange,
  header: KeyHeader | undefined,
): void {
  target.route.dispatcher.dispatch(
    {
      origin: target.address.origin,
      path: target.address.basePath + request.path,
      method: request.method,
      headers: requestHeaders(request.headers, header),
      body: request.body ?? null,
      headersTimeout: request.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
      bodyTimeout: request.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      // Not even GET requests are repeated.
      idempotent: false,
    },
    running,
  );
}
