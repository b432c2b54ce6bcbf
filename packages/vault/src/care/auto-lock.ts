import type { Clock } from '@postern/kernel';

export interface AutoLockOptions {
  readonly clock: Clock;
  /** How long nobody may use the vault before it locks, in milliseconds; undefined: as long as one likes. Asked at every look. */
  readonly idleMs: () => number | undefined;
  /** Whether it is in use at this moment, which counts as a use. */
  readonly isInUse?: () => boolean;
  /** Locks the vault, and drops what was derived from it. */
  readonly lock: (cause: LockCause) => void;
}

export type LockCause = 'idle' | 'suspend';

/** How often Postern looks at the time. */
export const AUTO_LOCK_LOOK_MS = 5000;
/** A step of this size between the two clocks, or between two looks, is a machine that slept. */
const SLEPT_MS = 15_000;

/**
 * Locks the vault when nobody used it for a while and when the machine was suspended. A suspension
 * shows as wall time that the monotonic clock did not count, or as looks that were missed; that
 * somebody set the clock looks the same, and locks as well.
 */
export class AutoLock {
  readonly #options: AutoLockOptions;
  #usedAtMs: number;
  #lookedAtMs: number;
  #offsetMs: number;

  constructor(options: AutoLockOptions) {
    this.#options = options;
    const { clock } = options;
    this.#usedAtMs = clock.monotonicMs();
    this.#lookedAtMs = this.#usedAtMs;
    this.#offsetMs = clock.nowMs() - this.#usedAtMs;
  }

  /** The vault was used. */
  touch(): void {
    this.#usedAtMs = this.#options.clock.monotonicMs();
  }

  /** Looks at the time, and locks where it is time to. */
  look(): void {
    const { clock, lock } = this.#options;
    const idleMs = this.#options.idleMs();
    if (this.#options.isInUse?.() === true) this.touch();
    const nowMs = clock.monotonicMs();
    const offsetMs = clock.nowMs() - nowMs;
    const slept =
      Math.abs(offsetMs - this.#offsetMs) >= SLEPT_MS || nowMs - this.#lookedAtMs >= SLEPT_MS;
    this.#lookedAtMs = nowMs;
    this.#offsetMs = offsetMs;
    if (slept) lock('suspend');
    else if (idleMs !== undefined && nowMs - this.#usedAtMs >= idleMs) lock('idle');
  }

  /** Looks from now on, without keeping the process alive, until it is disposed of. */
  start(everyMs: number): Disposable {
    const timer = setInterval(() => {
      this.look();
    }, everyMs);
    timer.unref();
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
      },
    };
  }
}
