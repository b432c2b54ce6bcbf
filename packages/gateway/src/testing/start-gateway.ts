import {
  expectOk,
  failed,
  ok,
  revealSecret,
  Secret,
  type Clock,
  type Randomness,
  type Result,
} from '@postern/kernel';
import { DIALECT_INFO, perDialect, providerId, type GatewayKeyId } from '@postern/protocol';
import {
  createConnections,
  providerTable,
  storedKey,
  type Connections,
  type ProviderTable,
} from '@postern/upstreams';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Gateway } from '../http/gateway.ts';
import { SqliteAdmission } from '../keys/sqlite-admission.ts';
import { keyHasher } from '../keys/key-hash.ts';
import type { KeySettings } from '../keys/gateway-key.ts';
import { priceTable } from '../prices/price-table.ts';
import {
  DEFAULT_ADDRESS_LIMITS,
  DEFAULT_LIMITS,
  type Callers,
  type GatewayDeps,
  type GatewayLimits,
  type RoutingSettings,
  type UpstreamCredentialFailure,
  type UsageSink,
} from '../ports.ts';
import { aliasTable } from '../route/aliases.ts';
import type { UsageEntry } from '../usage/usage-log.ts';
import { openGatewayStore, type GatewayStore } from '../store/open-gateway-store.ts';

/** The gateway on a loopback port, over real connections and a real store in a directory of its own. */
export interface RunningGateway {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** A key that the gateway knows. */
  readonly key: string;
  readonly keyId: GatewayKeyId;
  readonly store: GatewayStore;
  /** What the store holds of that key. */
  readonly storedHash: Buffer;
  /** What was recorded, oldest first; all of it also goes to the store. */
  readonly entries: readonly UsageEntry[];
  readonly gateway: Gateway;
  readonly server: Server;
  readonly home: string;
  close(): Promise<void>;
}

export interface StartGatewayOptions {
  /** Where the built-in `anthropic` and `openai` are to be found. */
  readonly baseUrls: Readonly<Record<'anthropic-messages' | 'openai-chat', string>>;
  /** Further endpoints, as the configuration has them. */
  readonly endpoints?: Parameters<typeof providerTable>[0]['providers'];
  readonly limits?: Partial<GatewayLimits>;
  /** The keys of the upstreams; default one that every provider takes. */
  readonly upstreamKey?: (secret: string) => Result<Secret, UpstreamCredentialFailure>;
  /** When the value of a secret last changed. Default: never. */
  readonly changedAtMs?: (secret: string) => number;
  /** Settings of the gateway's key. Default: every model, no limits. */
  readonly keySettings?: Partial<KeySettings>;
  /** Prices beside the built-in ones. */
  readonly prices?: Parameters<typeof priceTable>[0];
  /** Default: no aliases, no retries, and breakers that never open. */
  readonly routing?: TestRouting;
  /** Changes to the rest of what the gateway is given. */
  readonly deps?: Partial<GatewayDeps>;
  readonly port?: number;
  /** False where so much is asked that what was recorded must not be kept as well. */
  readonly keepsEntries?: boolean;
}

const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const randomness: Randomness = { bytes: (count) => randomBytes(count) };

const CALLERS: Callers = {
  allowsHost: (host) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host),
  allowsOrigin: () => false,
  clientAddress: ({ socket }) => socket.remoteAddress ?? '',
};

export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const home = mkdtempSync(join(tmpdir(), 'postern-gateway-'));
  const hashKey = Secret.of(randomBytes(32).toString('hex'));
  const store = expectOk(
    openGatewayStore({
      path: join(home, 'gateway.db'),
      key: Secret.of(randomBytes(32).toString('hex')),
      hashKey,
      clock,
      randomness,
    }),
  );
  const { key, record } = expectOk(
    store.keys.create({ name: 'test', settings: { models: 'all', ...options.keySettings } }),
  );
  const connections = createConnections({ localHosts: [] });
  const entries: UsageEntry[] = [];
  const usage: UsageSink = {
    record: (entry) => {
      if (options.keepsEntries ?? true) entries.push(entry);
      store.usage.record(entry);
    },
    isFull: () => store.usage.isFull(),
    flush: () => (store.usage.flush().ok ? ok() : failed({ reason: 'unavailable' })),
  };
  const gateway = createGateway({
    ...depsOf(options, store, connections),
    usage,
    ...options.deps,
  });
  const server = createServer((request, response) => {
    gateway.handle(request, response, CALLERS);
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    key: revealSecret(key),
    keyId: record.id,
    store,
    storedHash: keyHasher(hashKey)(revealSecret(key)),
    entries,
    gateway,
    server,
    home,
    close: async () => {
      await gateway.drain(0, 'draining');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await connections.close();
      store.close();
      rmSync(home, { recursive: true });
    },
  };
}

function depsOf(
  options: StartGatewayOptions,
  store: GatewayStore,
  connections: Connections,
): GatewayDeps {
  const key = Secret.of('sk-upstream-key-of-the-test');
  const upstreamKey = options.upstreamKey ?? (() => ok(key));
  return {
    keys: new SqliteAdmission(store.keys, () => undefined),
    callLimits: store.limits,
    idempotency: store.idempotency,
    prices: priceTable(options.prices),
    usage: { record: () => undefined, isFull: () => false, flush: () => ok() },
    isReady: () => store.isReady(),
    credentials: {
      find: (provider, secret) => {
        const found = upstreamKey(secret);
        if (!found.ok) return Promise.resolve(found);
        const credential = storedKey(provider, found.value);
        if (credential === undefined) throw new TypeError(`${provider.id} needs no key`);
        const changedAtMs = options.changedAtMs?.(secret) ?? 0;
        return Promise.resolve(ok({ changedAtMs, use: () => Promise.resolve(ok(credential)) }));
      },
    },
    upstreams: connections,
    providers: tableOf(options),
    models: { modelsOf: () => Promise.reject(new Error('not asked for in this test')) },
    defaultProvider: perDialect((dialect) =>
      providerId.from(DIALECT_INFO[dialect].defaultProvider),
    ),
    routing: routingOf(options.routing),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    addressLimits: DEFAULT_ADDRESS_LIMITS,
    clock,
    randomness,
  };
}

/** As the configuration has it, but in milliseconds. */
export interface TestRouting extends Partial<RoutingSettings> {
  readonly models?: Readonly<Record<string, readonly TestTarget[]>>;
}

type TestTarget =
  string | readonly [model: string, settings: { weight?: number; priority?: number }];

function routingOf({ models = {}, ...rest }: TestRouting = {}): RoutingSettings {
  const written = Object.entries(models).map(([alias, targets]) => {
    const rows = targets.map((target) => {
      const [model, settings] = typeof target === 'string' ? [target, {}] : target;
      return { model, weight: 1, priority: 1, ...settings };
    });
    return [alias, { targets: rows }] as const;
  });
  return {
    aliases: aliasTable(Object.fromEntries(written)),
    retries: { attempts: 1, baseDelayMs: 1, maxDelayMs: 50 },
    breaker: { failures: 1_000_000, openForMs: 30_000 },
    ...rest,
  };
}

function tableOf({ baseUrls, endpoints }: StartGatewayOptions): ProviderTable {
  return expectOk(
    providerTable({
      providers: {
        anthropic: { baseUrl: baseUrls['anthropic-messages'] },
        openai: { baseUrl: baseUrls['openai-chat'] },
        ...endpoints,
      },
      localHosts: [],
    }),
  );
}
