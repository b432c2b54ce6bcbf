import type { Clock } from '@postern/kernel';

/**
 * A message from a test to the clock of the program that it started. The clock replies once it is
 * done.
 */
export interface ClockCommand {
  /** Advances the clock by this time. */
  readonly passMs?: number;
  /**
   * Advances the wall clock by this time, but not the monotonic clock, as when the machine sleeps.
   */
  readonly sleepMs?: number;
}

/** Returns a clock that advances only on messages from the test. */
export function commandedClock(startMs: number): Clock {
  let passedMs = 0;
  let sleptMs = 0;
  process.on('message', ({ passMs = 0, sleepMs = 0 }: ClockCommand) => {
    passedMs += passMs;
    sleptMs += sleepMs;
    process.send?.('done');
  });
  // The program ends when its work does, even if the test is still connected.
  process.channel?.unref();
  return {
    nowMs: () => startMs + passedMs + sleptMs,
    monotonicMs: () => passedMs,
  };
}
