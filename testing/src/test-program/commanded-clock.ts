import type { Clock } from '@postern/kernel';

/** What a test tells the clock of a program that it started; each is answered once it is so. */
export interface ClockCommand {
  /** So long passes, and nothing happens. */
  readonly passMs?: number;
  /** So long the machine sleeps, which the monotonic clock does not count. */
  readonly sleepMs?: number;
}

/** Time that stands still but for what the test says over the channel between the two processes. */
export function commandedClock(startMs: number): Clock {
  let passedMs = 0;
  let sleptMs = 0;
  process.on('message', ({ passMs = 0, sleepMs = 0 }: ClockCommand) => {
    passedMs += passMs;
    sleptMs += sleepMs;
    process.send?.('done');
  });
  // It ends when its work does, whether the test still listens or not.
  process.channel?.unref();
  return {
    nowMs: () => startMs + passedMs + sleptMs,
    monotonicMs: () => passedMs,
  };
}
