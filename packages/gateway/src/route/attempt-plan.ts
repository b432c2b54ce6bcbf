import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import type { GatewayFailure } from '../failure.ts';
import { verdictOf, type EarlyEnd } from '../relay/retry-policy.ts';
import type { Choice } from './choose-provider.ts';
import type { CircuitBreakers, Pass } from './circuit-breakers.ts';

export interface RetrySettings {
  /** Attempts for one request, over all targets; 1 for no retry. */
  readonly attempts: number;
  /** The longest wait before the same target is tried again the first time. It doubles each time. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

export interface AttemptPlanDeps {
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Undefined if the request says nothing about the health of a provider. */
  readonly breakers: CircuitBreakers | undefined;
  readonly retries: RetrySettings;
}

export interface PlannedAttempt {
  readonly choice: Choice;
  /** Whether it is the provider of the conversation's home, whose signatures aren't marked. */
  readonly isHome: boolean;
  /** How long to wait before it. */
  readonly delayMs: number;
}

interface Candidate {
  readonly choice: Choice;
  tries: number;
  /** Whether it would fail again. */
  isOut: boolean;
  notBeforeMs: number;
}

/**
 * Which targets one request tries, in which order and when: each target once in order, then again from the
 * first one, with waits. Targets with an open circuit breaker are left out.
 */
export class AttemptPlan {
  readonly #deps: AttemptPlanDeps;
  readonly #candidates: readonly Candidate[];
  #attempts = 0;
  /** The next attempt, if it is decided already. */
  #planned: (PlannedAttempt & { readonly candidate: Candidate }) | undefined;
  #running: Candidate | undefined;
  /** The permission for the planned or running attempt, until the breaker knows how it ended. */
  #pass: Pass | undefined;
  #passOf: Choice | undefined;

  constructor(deps: AttemptPlanDeps, targets: readonly Choice[]) {
    this.#deps = deps;
    this.#candidates = targets.map((choice) => ({
      choice,
      tries: 0,
      isOut: false,
      notBeforeMs: 0,
    }));
  }

  /** The next attempt. A failure if no target may be called now. */
  next(): Result<PlannedAttempt, GatewayFailure> {
    const planned = this.#planned ?? this.#plan();
    this.#planned = undefined;
    if (planned === undefined) return failed(this.#resting());
    this.#running = planned.candidate;
    this.#running.tries += 1;
    this.#attempts += 1;
    return ok(planned);
  }

  /** The running attempt failed with nothing sent. Returns whether another one follows. */
  givesUp(end: EarlyEnd): boolean {
    const running = this.#running;
    if (running === undefined) return false;
    const verdict = verdictOf(end);
    this.#report(verdict.isFault ? 'fail' : 'leave');
    if (verdict.retry === 'no') return false;
    running.isOut = verdict.retry === 'elsewhere';
    running.notBeforeMs = this.#deps.clock.monotonicMs() + (verdict.retryAfterMs ?? 0);
    this.#planned = this.#plan(verdict.retry === 'same' ? running : undefined);
    return this.#planned !== undefined;
  }

  /** The running attempt's response goes to the client, or its failure does. */
  answered(failure?: EarlyEnd): void {
    if (failure === undefined) this.#report('succeed');
    else this.#report(verdictOf(failure).isFault ? 'fail' : 'leave');
  }

  /** The request has ended, in any way. */
  close(): void {
    this.#report('leave');
    this.#planned = undefined;
    this.#running = undefined;
  }

  #report(how: 'succeed' | 'fail' | 'leave'): void {
    const pass = this.#pass;
    this.#pass = undefined;
    if (pass === undefined || this.#passOf === undefined) return;
    this.#deps.breakers?.[how](this.#passOf, pass);
  }

  /** @param same The target to try at once, in any case. */
  #plan(same?: Candidate): (PlannedAttempt & { readonly candidate: Candidate }) | undefined {
    const { breakers, retries } = this.#deps;
    if (this.#attempts >= retries.attempts) return undefined;
    const best = same !== undefined && this.#isUsable(same) ? same : this.#first();
    if (best === undefined) return undefined;
    const { choice } = best;
    this.#pass = breakers?.enter(choice);
    this.#passOf = choice;
    const home = this.#candidates[0]?.choice.provider.id;
    return {
      candidate: best,
      choice,
      isHome: choice.provider.id === home,
      delayMs: best === same ? 0 : this.#delayMs(best),
    };
  }

  /** The first one of those that were tried least. */
  #first(): Candidate | undefined {
    let best: Candidate | undefined;
    for (const candidate of this.#candidates) {
      const isFirst = best === undefined || candidate.tries < best.tries;
      if (isFirst && this.#isUsable(candidate)) best = candidate;
    }
    return best;
  }

  #isUsable({ choice, isOut, notBeforeMs, tries }: Candidate): boolean {
    if (isOut || (this.#deps.breakers?.waitMs(choice) ?? 0) > 0) return false;
    return (
      tries === 0 || notBeforeMs - this.#deps.clock.monotonicMs() <= this.#deps.retries.maxDelayMs
    );
  }

  /** Full jitter: clients that failed together don't come back together. */
  #delayMs({ tries, notBeforeMs }: Candidate): number {
    if (tries === 0) return 0;
    const { clock, randomness, retries } = this.#deps;
    const most = Math.min(retries.maxDelayMs, retries.baseDelayMs * 2 ** (tries - 1));
    return Math.max(most * fraction(randomness), notBeforeMs - clock.monotonicMs());
  }

  #resting(): GatewayFailure {
    const waits = this.#candidates.map(({ choice }) => this.#deps.breakers?.waitMs(choice) ?? 0);
    return { reason: 'upstreams-resting', retryAfterMs: Math.ceil(Math.min(...waits)) };
  }
}

/** A number from 0 up to but not including 1. */
function fraction(randomness: Randomness): number {
  const [high = 0, low = 0] = randomness.bytes(2);
  return (high * 256 + low) / 65_536;
}
