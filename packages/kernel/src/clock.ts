/** The time as an argument: nothing below the composition root reads the system clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. May step when the system time is set. */
  nowMs(): number;
  /** Milliseconds of a clock that never steps back, from an arbitrary origin. */
  monotonicMs(): number;
}
