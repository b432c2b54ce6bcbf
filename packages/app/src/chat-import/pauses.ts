import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@postern/kernel';

/** Longer work is noticed while an answer streams. */
const MAX_WORK_MS = 8;

/** Lets the other work of this process run during a long task. */
export class Pauses {
  readonly #clock: Clock;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Call it between small pieces of the work. */
  async pause(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#sinceMs < MAX_WORK_MS) return;
    await setImmediate();
    this.#sinceMs = this.#clock.monotonicMs();
  }
}
