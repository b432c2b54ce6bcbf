import type { DatabaseFailure } from '@postern/database';
import type { ModelEntry } from '@postern/dialects';
import type { Clock, Randomness, Result, Secret } from '@postern/kernel';
import type { DialectId, GatewayKeyId, Provider, ProviderId } from '@postern/protocol';
import type { Exchange, ExchangeRequest, ExchangeSink, ProviderTable } from '@postern/upstreams';
import type { SlotLimits } from './admit/slots.ts';
import type { BodyLimits } from './http/read-body.ts';
import type { RetryPolicy } from './relay/retry-policy.ts';
import type { UsageLog } from './usage/usage-log.ts';

/** Where the upstreams' keys come from. */
export interface UpstreamKeys {
  /**
   * The key of a provider, for one request: nobody here keeps it. Undefined where the vault holds none.
   * `locked` where a person must unlock first; `unavailable` where the vault cannot be read at all.
   */
  keyFor(provider: Provider): Promise<Result<Secret | undefined, UpstreamKeyFailure>>;
}

export interface UpstreamKeyFailure {
  readonly reason: 'locked' | 'unavailable';
}

/** What `GatewayKeyStore` says of a key, or that the store cannot be opened yet. */
export interface KeyCheck {
  /** Whose key a text is. */
  verify(text: string): Result<GatewayKeyId | undefined, KeyCheckFailure>;
  /** Whether a key that was good is not revoked yet. */
  isLive(id: GatewayKeyId): Result<boolean, KeyCheckFailure>;
}

type KeyCheckFailure = DatabaseFailure | { readonly reason: 'locked' };

/** The part of the usage log that the data plane writes to. */
export interface UsageSink extends Pick<UsageLog, 'record' | 'isFull'> {
  flush(): unknown;
}

/** Opens one request to an upstream; what comes back goes to the sink as it comes. */
export interface UpstreamCalls {
  exchange(request: ExchangeRequest, sink: ExchangeSink): Exchange;
}

/** What models a provider has. Asked on every list, so an implementation keeps its answers a while. */
export interface ModelLists {
  /** Where this rejects or takes over two seconds, the table's own list stands in. */
  modelsOf(provider: Provider): Promise<readonly ModelEntry[]>;
}

/** Who may ask at all, before a key is looked at. */
export interface Callers {
  /** Whether a Host header names this gateway; anything else is DNS rebinding or a mistake. */
  allowsHost(host: string): boolean;
  /** Whether an Origin header is Postern's own page. Others get 403 before any work is done. */
  allowsOrigin(origin: string): boolean;
}

export interface GatewayLimits extends SlotLimits, BodyLimits {
  /** A client that takes nothing of its answer for so long is cut off. */
  readonly stallTimeoutMs: number;
  /** A stream in which nothing came for so long gets a ping. */
  readonly pingAfterMs: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  maxBodyBytes: 32 * 1024 * 1024,
  bodyTimeoutMs: 60_000,
  bodyMemoryBytes: 512 * 1024 * 1024,
  maxConcurrent: 256,
  maxQueued: 512,
  queueTimeoutMs: 10_000,
  stallTimeoutMs: 300_000,
  pingAfterMs: 15_000,
};

/** Everything that the data plane needs and does not own. */
export interface GatewayDeps {
  readonly keys: KeyCheck;
  readonly usage: UsageSink;
  /** Whether keys can be checked and use be recorded; what `/readyz` tells. */
  readonly isReady: () => boolean;
  readonly upstreamKeys: UpstreamKeys;
  readonly upstreams: UpstreamCalls;
  readonly providers: ProviderTable;
  readonly models: ModelLists;
  readonly callers: Callers;
  /** The provider of a model without a `provider/` prefix. */
  readonly defaultProvider: Readonly<Record<DialectId, ProviderId>>;
  readonly limits: GatewayLimits;
  /** Whether a call whose attempt went wrong makes another one; by default it never does. */
  readonly retries?: RetryPolicy;
  readonly clock: Clock;
  readonly randomness: Randomness;
}
