import type { Clock } from '@postern/kernel';

export interface AutoLockOptions {
  readonly clock: Clock;
  /** The idle time before the vault locks, in milliseconds; undefined means never. Read at each check. */
  readonly idleMs: () => number | undefined;
  /** Whether the vault is being used right now. If so, the idle time starts again. */
  readonly isInUse?: () => boolean;
  /** Locks the vault and drops the keys derived from it. */
  readonly lock: (cause: LockCause) => void;
}

export type LockCause = 'idle' | 'suspend';

/** How often Postern checks the time. */
export const AUTO_LOCK_CHECK_MS = 5000;
/** If the two clocks drift apart by this much, or two checks are this far apart, the machine slept. */
const SLEPT_MS = 15_000;

/**
 * Locks the vault after an idle time and when the machine was suspended. A suspension is detected by
 * wall time that the monotonic clock didn't count, or by missed checks. Setting the clock can't be
 * told apart from that and locks the vault too.
 */
export class AutoLock {
  readonly #options: AutoLockOptions;
  #usedAtMs: number;
  #checkedAtMs: number;
  #offsetMs: number;

  constructor(options: AutoLockOptions) {
    this.#options = options;
    const { clock } = options;
    this.#usedAtMs = clock.monotonicMs();
    this.#checkedAtMs = this.#usedAtMs;
    this.#offsetMs = clock.nowMs() - this.#usedAtMs;
  }

  /** Restarts the idle time. */
  touch(): void {
    this.#usedAtMs = this.#options.clock.monotonicMs();
  }

  /** Checks the time, and locks the vault if it is due. */
  check(): void {
    const { clock, lock } = this.#options;
    const idleMs = this.#options.idleMs();
    if (this.#options.isInUse?.() === true) this.touch();
    const nowMs = clock.monotonicMs();
    const offsetMs = clock.nowMs() - nowMs;
    const slept =
      Math.abs(offsetMs - this.#offsetMs) >= SLEPT_MS || nowMs - this.#checkedAtMs >= SLEPT_MS;
    this.#checkedAtMs = nowMs;
    this.#offsetMs = offsetMs;
    if (slept) lock('suspend');
    else if (idleMs !== undefined && nowMs - this.#usedAtMs >= idleMs) lock('idle');
  }

  /** Checks at intervals until disposed of. The timer doesn't keep the process alive. */
  start(everyMs: number): Disposable {
    const timer = setInterval(() => {
      this.check();
    }, everyMs);
    timer.unref();
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
      },
    };
  }
}
