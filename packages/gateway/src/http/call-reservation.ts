import { failed, ok, type Clock, type MaybePromise, type Result } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { ServerResponse } from 'node:http';
import type { RequestBody } from '../body/request-body.ts';
import type { Measure } from '../meter/measure.ts';
import type { GatewayDeps, GatewayLimits, Grant } from '../ports.ts';
import { estimateCall } from '../prices/estimate.ts';
import { costOf, type Price } from '../prices/price.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { Choice } from '../route/choose-provider.ts';
import type { CallRoute } from '../route/routes.ts';
import type { StoreFailure } from '../store/store-failure.ts';
import type { Estimate, LimitRefusal, Limits, Reservation } from '../limits/limits.ts';

export interface ReservedCall {
  readonly requestId: string;
  readonly grant: Grant;
  readonly route: CallRoute;
  readonly body: RequestBody;
  /** Any of them may respond. */
  readonly targets: readonly Choice[];
  readonly atMs: number;
  readonly response: Pick<ServerResponse, 'headersSent' | 'setHeader'>;
}

/** Why a call isn't made. */
export type Refusal =
  LimitRefusal | { readonly reason: 'vault-locked' } | { readonly reason: 'store-unavailable' };

/** The reservation of one call, and its price. */
export class CallReservation {
  readonly #limits: Limits;
  readonly #gateway: Pick<GatewayLimits, 'allKeys'>;
  readonly #call: ReservedCall;
  readonly #prices: PriceTable;
  readonly #clock: Clock;
  #reservation: Reservation | undefined;

  constructor(
    {
      callLimits,
      limits,
      prices,
      clock,
    }: Pick<GatewayDeps, 'callLimits' | 'limits' | 'prices' | 'clock'>,
    call: ReservedCall,
  ) {
    this.#clock = clock;
    this.#limits = callLimits;
    this.#gateway = limits;
    this.#call = call;
    this.#prices = prices;
  }

  /** Reserves what the call may use: at the target whose answer may cost the most. */
  reserve(): MaybePromise<Result<undefined, Refusal>> {
    const { route, body, targets } = this.#call;
    return this.#reserve(
      targets
        .map((target) => estimateCall(body, route.metered, this.#priceOf(target)))
        .reduce((one, other) => (other.costMicroUsd > one.costMicroUsd ? other : one)),
    );
  }

  /** For a request that no provider gets: it counts as a request, and costs nothing. */
  reserveRepetition(): MaybePromise<Result<undefined, Refusal>> {
    return this.#reserve({ tokens: 0, costMicroUsd: 0 });
  }

  #reserve(estimate: Estimate): MaybePromise<Result<undefined, Refusal>> {
    const { requestId: id, grant, atMs } = this.#call;
    const { keyId, limits, budget } = grant;
    const { allKeys } = this.#gateway;
    const reserved = this.#limits.reserve({
      ...{ id, keyId, limits, allKeys, budget, atMs, estimate },
    });
    return reserved instanceof Promise
      ? reserved.then((result) => this.#reserved(result))
      : this.#reserved(reserved);
  }

  #reserved(
    result: Result<Reservation | undefined, LimitRefusal | StoreFailure>,
  ): Result<undefined, Refusal> {
    if (result.ok) {
      this.#reservation = result.value;
      if (result.value !== undefined) this.#show(result.value.rates);
      return ok();
    }
    const { failure } = result;
    if (failure.reason === 'rate-limited') this.#show({ [failure.limit]: failure.state });
    return failed(refusalOf(failure));
  }

  /** Sets the headers that show the key's rate limits. */
  #show(rates: Reservation['rates']): void {
    const { response, route } = this.#call;
    const nowMs = this.#clock.nowMs();
    for (const kind of ['requests', 'tokens'] as const) {
      const state = rates[kind];
      if (state === undefined || response.headersSent) continue;
      for (const [name, value] of route.dialect.rateHeaders(kind, state, nowMs)) {
        response.setHeader(name, value);
      }
    }
  }

  #priceOf({ provider, model }: Choice): Price {
    return this.#prices.priceOf(provider.id, model);
  }

  /**
   * Ends the reservation of a call to which a target responded. Returns its cost in millionths of a US dollar, at
   * the service tier that the target reported, otherwise at the one that was asked for.
   */
  settle({ usage, serviceTier = this.#call.body.serviceTier }: Measure, target: Choice): number {
    // A failed call has no usage, and costs nothing.
    const isFree = Object.keys(usage).length === 0;
    const costMicroUsd = isFree ? 0 : costOf(this.#priceOf(target), { usage, serviceTier });
    const reservation = this.#reservation;
    if (reservation === undefined) return costMicroUsd;
    this.#reservation = undefined;
    this.#limits.settle(reservation, { tokens: tokensOf(usage), costMicroUsd });
    return costMicroUsd;
  }

  /** Ends the reservation of a call that is over, if nothing was settled. */
  release(): void {
    if (this.#reservation !== undefined) this.#limits.release(this.#reservation);
    this.#reservation = undefined;
  }
}

/** Tokens that were read from a cache count too, as providers count them. */
function tokensOf(usage: Usage): number {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}

function refusalOf(failure: LimitRefusal | StoreFailure): Refusal {
  switch (failure.reason) {
    case 'locked':
      return { reason: 'vault-locked' };
    case 'unavailable':
      return { reason: 'store-unavailable' };
    default:
      return failure;
  }
}
