import type { ModelEntry } from '@postern/dialects';
import type { Clock, MaybePromise, Randomness, Result } from '@postern/kernel';
import type { DialectId, GatewayKeyId, Provider, ProviderId } from '@postern/protocol';
import type {
  Credential,
  Exchange,
  ExchangeRequest,
  ExchangeSink,
  ProviderTable,
} from '@postern/upstreams';
import type { ConcurrencyLimits } from './admit/concurrency-limiter.ts';
import type { GatewayFailure } from './failure.ts';
import type { BodyLimits } from './http/read-body.ts';
import type { RetryPolicy } from './relay/retry-policy.ts';
import type { UsageLog } from './usage/usage-log.ts';

/** Where the upstreams' credentials come from. */
export interface UpstreamCredentials {
  /** The credential of a provider that needs one, for one request: nobody here keeps it. */
  credentialFor(provider: Provider): Promise<Result<Credential, UpstreamCredentialFailure>>;
}

/** A failure of the vault, as the response reports it. What exactly is wrong stays with the adapter. */
export type UpstreamCredentialFailure = Extract<
  GatewayFailure,
  { reason: 'vault-locked' | 'vault-unavailable' | 'upstream-key-missing' }
>;

/** What a valid token entitles to. Everything in it is enforced. */
export interface Grant {
  readonly keyId: GatewayKeyId;
  /** The models that may be called, by the names that a client uses. */
  readonly models: 'all' | readonly string[];
  /** Milliseconds since the Unix epoch, from which on the token is invalid; undefined for never. */
  readonly expiresAtMs: number | undefined;
}

/**
 * Why a store of keys or usage doesn't answer: a person must unlock the vault first, or it can't be
 * reached or read. What exactly is wrong stays with the adapter.
 */
export interface StoreFailure {
  readonly reason: 'locked' | 'unavailable';
}

/** Who may call. A remote store may stand behind it; see `MaybePromise`. */
export interface KeyAdmission {
  /** Resolves a token to its grant; undefined alike for an unknown, a revoked and a malformed one. */
  admit(token: string): MaybePromise<Result<Grant | undefined, StoreFailure>>;
  /** Whether a key that was valid is not revoked yet. Asked again and again while its calls run. */
  isLive(id: GatewayKeyId): MaybePromise<Result<boolean, StoreFailure>>;
}

/** Where usage goes. Recording never waits. */
export interface UsageSink extends Pick<UsageLog, 'record' | 'isFull'> {
  /** Brings what was recorded to where nothing loses it. */
  flush(): MaybePromise<Result<undefined, StoreFailure>>;
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

/** Who may ask at all, before a key is looked at: what the listener allows on which a request came. */
export interface Callers {
  /** Whether a Host header names this gateway; anything else is DNS rebinding or a mistake. */
  allowsHost(host: string): boolean;
  /** Whether an Origin header is Postern's own page. Others get 403 before any work is done. */
  allowsOrigin(origin: string): boolean;
}

export interface GatewayLimits extends ConcurrencyLimits, BodyLimits {
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
  readonly keys: KeyAdmission;
  readonly usage: UsageSink;
  /** Whether keys can be checked and use be recorded; what `/readyz` tells. */
  readonly isReady: () => boolean;
  readonly credentials: UpstreamCredentials;
  readonly upstreams: UpstreamCalls;
  readonly providers: ProviderTable;
  readonly models: ModelLists;
  /** The provider of a model without a `provider/` prefix. */
  readonly defaultProvider: Readonly<Record<DialectId, ProviderId>>;
  readonly limits: GatewayLimits;
  /** Whether a call whose attempt went wrong makes another one; by default it never does. */
  readonly retries?: RetryPolicy;
  readonly clock: Clock;
  readonly randomness: Randomness;
}
