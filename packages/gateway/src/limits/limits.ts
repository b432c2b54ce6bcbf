import type { RateState } from '@postern/dialects';
import type { MaybePromise, Result } from '@postern/kernel';
import type { GatewayKeyId, KeyBudget, KeyLimits } from '@postern/protocol';
import type { StoreFailure } from '../store/store-failure.ts';

/** The most that a call can use, as far as that is known before it is made. */
export interface Estimate {
  /** Of the prompt and the answer together. */
  readonly tokens: number;
  readonly costMicroUsd: number;
}

/** What a call used. */
export type Actual = Estimate;

/** A call that asks to be let through. */
export interface ReservationRequest {
  /** Unique among all calls of all processes. */
  readonly id: string;
  readonly keyId: GatewayKeyId;
  readonly limits: KeyLimits;
  /** Limits of all keys together. */
  readonly allKeys: KeyLimits;
  readonly budget: KeyBudget | undefined;
  /** When the call arrived; it decides which budget period pays. */
  readonly atMs: number;
  readonly estimate: Estimate;
}

/** What a call holds until it is settled or released. */
export interface Reservation {
  readonly id: string;
  readonly rates: { readonly requests?: RateState; readonly tokens?: RateState };
}

/** Whose limit it is. */
export type LimitOwner = 'key' | 'all-keys';

/** Why a call is refused. */
export type LimitRefusal =
  | {
      readonly reason: 'rate-limited';
      readonly owner: LimitOwner;
      readonly limit: 'requests' | 'tokens';
      /** Undefined if the call is larger than the whole limit, so that waiting doesn't help. */
      readonly retryAfterMs: number | undefined;
      readonly state: RateState;
    }
  | { readonly reason: 'too-many-concurrent'; readonly owner: LimitOwner }
  | {
      readonly reason: 'budget-spent';
      readonly budget: KeyBudget;
      /** What the key still has, and what the call could cost. */
      readonly leftMicroUsd: number;
      readonly neededMicroUsd: number;
      /** When the next period begins; undefined for a total budget. */
      readonly resetsAtMs: number | undefined;
    };

/**
 * Counts what keys use against their limits and budgets. A call reserves its estimate first, and is then settled
 * with what it used, or released if it used nothing. Both end the reservation; ending it again does nothing.
 * Limits hold for all processes that share the store. The store may be remote; see `MaybePromise`.
 */
export interface Limits {
  /** Undefined for a call that nothing limits: it has nothing to settle. */
  reserve(
    request: ReservationRequest,
  ): MaybePromise<Result<Reservation | undefined, LimitRefusal | StoreFailure>>;
  /** Call it before the usage of the call is recorded. Never blocks. */
  settle(reservation: Reservation, actual: Actual): void;
  /** For a call that didn't reach an upstream. Never blocks. */
  release(reservation: Reservation): void;
}
