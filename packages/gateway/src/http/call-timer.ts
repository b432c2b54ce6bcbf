import type { Clock } from '@postern/kernel';

/**
 * The parts of a call. `authentication`: its head and its key. `body` and `queue`: waiting for its body and its
 * turn. `limits`: its targets and its reservation. `translation`: making the provider's request. `credential`:
 * waiting for the provider's key. `retry`: pauses between attempts. `upstream`: waiting for the provider, until
 * its response begins at the client. `response`: work on the bytes of the response.
 */
export type CallPart =
  | 'authentication'
  | 'body'
  | 'queue'
  | 'limits'
  | 'translation'
  | 'credential'
  | 'retry'
  | 'upstream'
  | 'response';

/** In milliseconds. */
export type CallTimes = Readonly<Record<CallPart, number>>;

export const NO_TIMES: CallTimes = {
  ...{ authentication: 0, body: 0, queue: 0, limits: 0, translation: 0, credential: 0 },
  ...{ retry: 0, upstream: 0, response: 0 },
};

/** Measures the parts of one call. Until its response begins, each moment belongs to exactly one part. */
export class CallTimer {
  readonly times: Record<CallPart, number> = { ...NO_TIMES };
  readonly #clock: Clock;
  readonly #startedMs: number;
  #sinceMs: number;
  #hasResponse = false;

  /** @param startedMs When the request arrived, in the clock's monotonic time. */
  constructor(clock: Clock, startedMs: number) {
    this.#clock = clock;
    this.#startedMs = startedMs;
    this.#sinceMs = startedMs;
  }

  /** `part` has ended, and the next one begins. */
  ended(part: CallPart): void {
    const nowMs = this.#clock.monotonicMs();
    this.times[part] += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
  }

  /** The response begins at the client, or the call is over without one. */
  hasResponse(): void {
    if (!this.#hasResponse) this.ended('upstream');
    this.#hasResponse = true;
  }

  /** Measures work on the bytes of the response, and returns its result. */
  respond<T>(work: () => T): T {
    const beganMs = this.#clock.monotonicMs();
    const result = work();
    this.times.response += this.#clock.monotonicMs() - beganMs;
    return result;
  }

  /** Since the arrival. */
  get durationMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }
}
