import type { MaybePromise, Result } from '@postern/kernel';
import type { GatewayKeyId } from '@postern/protocol';
import type { StoreFailure } from '../store/store-failure.ts';

/** A request with an idempotency key, before it runs. */
export interface ClaimRequest {
  readonly keyId: GatewayKeyId;
  /** The SHA-256 of the idempotency key, 32 bytes. */
  readonly name: Uint8Array;
  /** The SHA-256 of the endpoint, the forwarded query and the body, 32 bytes. */
  readonly fingerprint: Uint8Array;
  /** Unique among all requests of all processes. */
  readonly requestId: string;
}

/** A complete answer. */
export interface RecordedAnswer {
  readonly status: number;
  /** Names in lower case and values, alternating. */
  readonly fields: readonly string[];
  readonly body: Uint8Array;
}

/** What a request with an idempotency key is. Only one of the same key and name is `first` at a time. */
export type Claim =
  /** It runs, and is to be recorded or released. */
  | { readonly state: 'first' }
  /** The first one still runs, in any process. */
  | { readonly state: 'running' }
  /** The idempotency key belongs to a different request. */
  | { readonly state: 'different' }
  | Repetition;

/** A request that has an answer already. */
export interface Repetition {
  readonly state: 'repeated';
  readonly answer: RecordedAnswer;
  /** The id of the request that ran. */
  readonly firstId: string;
}

/**
 * The requests with idempotency keys, and their answers. It holds for all processes that share the store, which may
 * be remote; see `MaybePromise`.
 */
export interface IdempotentCalls {
  claim(request: ClaimRequest): MaybePromise<Result<Claim, StoreFailure>>;
  /** Keeps the answer of a claimed request for this long. It isn't kept if the claim was lost meanwhile. */
  record(
    request: ClaimRequest,
    answer: RecordedAnswer,
    windowMs: number,
  ): MaybePromise<Result<undefined, StoreFailure>>;
  /** Ends a claim whose answer wasn't recorded, so that a repetition runs. Otherwise does nothing. */
  release(request: ClaimRequest): void;
}
