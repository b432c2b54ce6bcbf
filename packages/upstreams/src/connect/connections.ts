import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { failed, ok, whenReady, type Result, type Secret } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { authorize, redactorOf, type KeyHeader } from '../authorize.ts';
import { parseAddress, type Address } from '../providers/address.ts';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { RunningExchange, type ExchangeRequest, type StartExchange } from './exchange.ts';
import { fetchText, type FetchedText } from './fetch-text.ts';
import { guardedLookup } from './guarded-lookup.ts';
import {
  tlsOf,
  usualTls,
  type ProviderTls,
  type ReadAuthority,
  type TlsOptions,
} from './provider-tls.ts';
import { bypassesProxy, proxyRoute, type ProxyConfig } from './proxy.ts';
import { requestHeaders } from './request-headers.ts';

/**
 * Certificates (PEM) that are trusted in addition to the built-in authorities.
 * @deprecated Only for tests, which make their own authority.
 */
export const trustedByTestsOnly: unique symbol = Symbol('trustedByTestsOnly');

export interface ConnectionsOptions {
  /** Hosts other than loopback to which plain HTTP and private addresses are allowed. */
  readonly localHosts: readonly string[];
  /** Whether only loopback and these hosts are connected to. Default: false. */
  readonly localOnly?: boolean;
  readonly proxy?: ProxyConfig;
  readonly proxyPassword?: Secret;
  /** The timeout for a connection, including TLS. Default: 10 seconds. */
  readonly connectTimeoutMs?: number;
  /** Reads `tls.ca` of a provider. Default: a provider with one of its own can't be reached. */
  readonly readAuthority?: ReadAuthority;
  /** Resolves names. Default: the system. */
  readonly lookup?: LookupFunction;
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
  /** Replaces `localHosts` and `localOnly`. Requests that are running go on. */
  allowHosts(allowed: Pick<ConnectionsOptions, 'localHosts' | 'localOnly'>): void;
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
  const timeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const usual = usualTls(timeoutMs, options[trustedByTestsOnly]);
  const routes = new Routes(options, usual);
  const readAuthority = options.readAuthority ?? (() => failed('files are not read here'));
  let allowed: Parameters<Connections['allowHosts']>[0] = options;
  let targets = new WeakMap<Provider, Target>();
  let closed = false;

  const targetOf = (provider: Provider): Result<Target, UpstreamFailure> => {
    const known = targets.get(provider);
    if (known !== undefined) return ok(known);
    const address = parseAddress(provider.id, provider.baseUrl, allowed.localHosts);
    if (!address.ok) return address;
    if (allowed.localOnly === true && !address.value.local) {
      return failed({ reason: 'not-local', provider: provider.id });
    }
    const tls = tlsOf(provider, usual, readAuthority);
    if (!tls.ok) return tls;
    const route = routes.to(address.value, tls.value);
    if (!route.ok) return route;
    const target = { address: address.value, route: route.value };
    targets.set(provider, target);
    return ok(target);
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
    allowHosts: (next) => {
      allowed = next;
      targets = new WeakMap();
    },
    useProxyPassword: (password) => {
      targets = new WeakMap();
      routes.useProxyPassword(password);
    },
    close: async () => {
      closed = true;
      await routes.close();
    },
  };
}

const POOL_OPTIONS = {
  pipelining: 1,
  keepAliveTimeout: KEEP_ALIVE_MS,
  keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
} as const;

/** The pools, each for one address and one way to check its certificate. */
class Routes {
  readonly #options: ConnectionsOptions;
  readonly #usualTls: TlsOptions;
  readonly #pools = new Map<string, Pool>();
  /** By the TLS of the providers behind it. */
  readonly #proxyAgents = new Map<string, ProxyAgent>();
  #proxyPassword: Secret | undefined;

  constructor(options: ConnectionsOptions, usual: TlsOptions) {
    this.#options = options;
    this.#usualTls = usual;
    this.#proxyPassword = options.proxyPassword;
  }

  to(address: Address, tls: ProviderTls): Result<Route, UpstreamFailure> {
    const { proxy } = this.#options;
    if (proxy === undefined || address.local || bypassesProxy(address.host, proxy.noProxy)) {
      return ok({ dispatcher: this.#poolOf(address, tls), viaProxy: false });
    }
    const known = this.#proxyAgents.get(tls.key);
    if (known !== undefined) return ok({ dispatcher: known, viaProxy: true });
    const made = makeProxyAgent(proxy, this.#proxyPassword, tls.options, this.#usualTls);
    if (!made.ok) return made;
    this.#proxyAgents.set(tls.key, made.value);
    return ok({ dispatcher: made.value, viaProxy: true });
  }

  useProxyPassword(password: Secret | undefined): void {
    this.#proxyPassword = password;
    for (const agent of this.#proxyAgents.values()) void agent.destroy();
    this.#proxyAgents.clear();
  }

  async close(): Promise<void> {
    const all = [...this.#pools.values(), ...this.#proxyAgents.values()];
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #poolOf(address: Address, { options, key }: ProviderTls): Pool {
    // The pool of a host that was local accepts private addresses.
    const name = `${address.origin} ${address.local ? 'local' : 'public'} ${key}`;
    const known = this.#pools.get(name);
    if (known !== undefined) return known;
    const lookup = guardedLookup(address, this.#options.lookup ?? systemLookup);
    const pool = new Pool(address.origin, { ...POOL_OPTIONS, connect: { ...options, lookup } });
    this.#pools.set(name, pool);
    return pool;
  }
}

function makeProxyAgent(
  proxy: ProxyConfig,
  password: Secret | undefined,
  tls: TlsOptions,
  proxyTls: TlsOptions,
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
      proxyTls,
    }),
  );
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
      const { secret, others = [] } = shown.value;
      running.shows(credential, redactorOf([secret, ...others]));
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
      headers: requestHeaders(request.headers, header, request.provider.forwardHeaders),
      body: request.body ?? null,
      headersTimeout: request.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
      bodyTimeout: request.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      // Not even GET requests are repeated.
      idempotent: false,
    },
    running,
  );
}
