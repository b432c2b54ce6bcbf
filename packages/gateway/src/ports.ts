import type { IncomingMessage } from 'node:http';
import type { ModelEntry } from '@postern/dialects';
import type { Clock, MaybePromise, Randomness, Result } from '@postern/kernel';
import type {
  DialectId,
  ErrorCodeName,
  GatewayKeyId,
  KeyLimits,
  KeyScopes,
  Provider,
  ProviderId,
  SecretName,
} from '@postern/protocol';
import type {
  Credential,
  Exchange,
  ExchangeRequest,
  ExchangeSink,
  ProviderTable,
} from '@postern/upstreams';
import type { AddressLimitOptions } from './admit/address-buckets.ts';
import type { AddressAdmission } from './admit/address-limits.ts';
import type { ConcurrencyLimits } from './admit/concurrency-limiter.ts';
import type { CredentialChange } from './credentials/credential-cooldowns.ts';
import type { BodyLog } from './debug/body-log.ts';
import type { GatewayFailure } from './failure.ts';
import type { BodyLimits } from './http/read-body.ts';
import type { IdempotentCalls } from './idempotency/idempotent-calls.ts';
import type { Limits } from './limits/limits.ts';
import type { PriceTable } from './prices/price-table.ts';
import type { Aliases } from './route/aliases.ts';
import type { RetrySettings } from './route/attempt-plan.ts';
import type { BreakerChange, BreakerSettings } from './route/circuit-breakers.ts';
import type { Choice } from './route/choose-provider.ts';
import type { StoreFailure } from './store/store-failure.ts';
import type { UsageLog } from './usage/usage-log.ts';

/** The source of the upstreams' credentials. */
export interface UpstreamCredentials {
  /** One of the secrets of a provider that needs a key. It is used for one request and not kept. */
  find(
    provider: Provider,
    secret: SecretName,
  ): Promise<Result<StoredCredential, UpstreamCredentialFailure>>;
}

export interface StoredCredential {
  /** When the value last changed, in milliseconds since the epoch. */
  readonly changedAtMs: number;
  /** The credential for one request. The use is recorded. */
  use(): Promise<Result<Credential, UpstreamCredentialFailure>>;
}

/** A failure of the vault, as the response reports it. The adapter knows the details. */
export type UpstreamCredentialFailure = Extract<
  GatewayFailure,
  { reason: 'vault-locked' | 'vault-unavailable' | 'upstream-key-missing' }
>;

/** The permissions of a valid token. The gateway enforces all of them. */
export interface Grant extends KeyScopes {
  readonly keyId: GatewayKeyId;
  /** Which of the key's texts the token is, where a store gives a key several. */
  readonly generation?: number;
  /** The person or program that the key is for. */
  readonly owner: string | undefined;
  /** Milliseconds since the Unix epoch, from which on the token is invalid; undefined for never. */
  readonly expiresAtMs: number | undefined;
  /** For how long the answers to its requests with an idempotency key are kept. Default: none are. */
  readonly idempotencyMs?: number | undefined;
  /** Until when the bodies of its calls are logged. Default: they aren't. */
  readonly debugUntilMs?: number | undefined;
}

/** Why a request was refused for its key. The client may learn less. */
export type KeyRefusalCode = Extract<
  ErrorCodeName,
  | 'GATEWAY_KEY_REQUIRED'
  | 'GATEWAY_KEY_REVOKED'
  | 'GATEWAY_KEY_DISABLED'
  | 'GATEWAY_KEY_EXPIRED'
  | 'GATEWAY_KEY_ROTATED'
  | 'GATEWAY_ADDRESS_REFUSED'
  | 'ORIGIN_REFUSED'
  | 'GATEWAY_ENDPOINT_REFUSED'
  | 'GATEWAY_MODEL_REFUSED'
  | 'GATEWAY_UPSTREAM_REFUSED'
>;

/** A refused request, as the audit log records it. */
export interface KeyRefusal {
  readonly code: KeyRefusalCode;
  /** Undefined for a token that no key has. */
  readonly keyId: GatewayKeyId | undefined;
}

/** Decides who may call. The store may be remote; see `MaybePromise`. */
export interface KeyAdmission {
  /** Resolves a token to its grant; undefined for an unknown, revoked or malformed token. */
  admit(token: string): MaybePromise<Result<Grant | undefined, StoreFailure>>;
  /** Whether the key and the token of a grant are still valid. Polled while its calls run. */
  isLive(grant: Grant): MaybePromise<Result<boolean, StoreFailure>>;
  /** Whether the bodies of the key's calls are logged now. Asked when a call of such a key ends. Default: no. */
  isDebugged?(grant: Grant): MaybePromise<Result<boolean, StoreFailure>>;
  /** Whether a valid key lists this origin. A browser asks without the key. Default: no key does. */
  listsOrigin?(origin: string): boolean;
}

/** Records usage. Recording never blocks. */
export interface UsageSink extends Pick<UsageLog, 'record' | 'isFull'> {
  /** Writes recorded usage durably. */
  flush(): MaybePromise<Result<undefined, StoreFailure>>;
}

/** Sends requests to upstreams. The sink receives the response as it arrives. */
export interface UpstreamCalls {
  exchange(request: ExchangeRequest, sink: ExchangeSink): Exchange;
}

/** The models of a provider. Called for every list request, so implementations should cache. */
export interface ModelLists {
  /** If this rejects or takes over two seconds, the list in the provider table is used. */
  modelsOf(provider: Provider): Promise<readonly ModelEntry[]>;
}

/** Who may ask at all, before a key is looked at: what the listener allows on which a request came. */
export interface Callers {
  /** Whether a Host header names this gateway; anything else is DNS rebinding or a mistake. */
  allowsHost(host: string): boolean;
  /** Whether an Origin header is Postern's own page. Others that no key lists get 403 before any work is done. */
  allowsOrigin(origin: string): boolean;
  /**
   * The address of the client, for limits and keys that are bound to addresses. A header counts only if a trusted
   * proxy sent it. IPv4 addresses are in their own form, also on an IPv6 socket; empty if the socket is closed.
   */
  clientAddress(request: IncomingMessage): string;
}

export interface GatewayLimits extends ConcurrencyLimits, BodyLimits {
  /** Disconnects a client that reads nothing for this long. */
  readonly stallTimeoutMs: number;
  /** Sends a ping into a stream that is silent for this long. */
  readonly pingAfterMs: number;
  /** The longest wait for the head of an upstream's response. */
  readonly headTimeoutMs: number;
  /** Begins a stream to the client if the upstream sent no head for this long. Later errors become events. */
  readonly streamHeadAfterMs: number;
  /** Limits of all keys together. */
  readonly allKeys: KeyLimits;
}

/** For clients of other machines: a person's programs need fewer requests, and a stranger gets no more. */
export const DEFAULT_ADDRESS_LIMITS: AddressLimitOptions = {
  requestsPerMinute: 100,
  failuresPerMinute: 10,
  countsLoopback: false,
};

export const DEFAULT_LIMITS: GatewayLimits = {
  maxBodyBytes: 32 * 1024 * 1024,
  bodyTimeoutMs: 60_000,
  bodyMemoryBytes: 512 * 1024 * 1024,
  maxConcurrent: 2048,
  maxQueued: 2048,
  queueTimeoutMs: 10_000,
  stallTimeoutMs: 300_000,
  pingAfterMs: 15_000,
  headTimeoutMs: 300_000,
  streamHeadAfterMs: 30_000,
  allKeys: {},
};

/** Which targets the models have, and what happens when one fails. Read for each request. */
export interface RoutingSettings {
  readonly aliases: Aliases;
  readonly retries: RetrySettings;
  readonly breaker: BreakerSettings;
}

/** `fallback`: another provider than the first one of a conversation responded. */
export type RoutingEvent =
  | BreakerChange
  | CredentialChange
  | { readonly kind: 'fallback'; readonly from: Choice; readonly choice: Choice };

/** A request that got the answer of an earlier one with the same idempotency key. */
export interface RepeatedRequest {
  readonly requestId: string;
  readonly keyId: GatewayKeyId;
  /** The id of the request that ran. */
  readonly firstId: string;
}

/** The dependencies of the data plane. */
export interface GatewayDeps {
  readonly keys: KeyAdmission;
  readonly usage: UsageSink;
  /** Called for each request that a valid key's scopes refuse, with the exact reason. */
  readonly onRefused?: (refusal: KeyRefusal) => void;
  /** Counts calls against the limits and budgets of their keys. */
  readonly callLimits: Limits;
  readonly idempotency: IdempotentCalls;
  /** Called when a request got the answer of an earlier one, for the log. */
  readonly onRepeated?: (repeated: RepeatedRequest) => void;
  /** The log for the bodies of keys that are being debugged. Default: no body is logged. */
  readonly bodyLog?: BodyLog;
  readonly prices: PriceTable;
  /** Whether keys can be checked and usage recorded; reported by `/readyz`. */
  readonly isReady: () => boolean;
  readonly credentials: UpstreamCredentials;
  readonly upstreams: UpstreamCalls;
  readonly providers: ProviderTable;
  readonly models: ModelLists;
  /** The provider of a model without a `provider/` prefix. */
  readonly defaultProvider: Readonly<Record<DialectId, ProviderId>>;
  readonly limits: GatewayLimits;
  readonly addressLimits: AddressLimitOptions;
  /** Where several processes share these limits. Default: `addressLimits` hold for this process alone. */
  readonly addresses?: AddressAdmission | undefined;
  readonly routing: RoutingSettings;
  /** Called when the routing changes by itself, for the log. */
  readonly onRouting?: (event: RoutingEvent) => void;
  readonly clock: Clock;
  readonly randomness: Randomness;
}
