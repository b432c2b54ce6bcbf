/** The time, passed as an argument: only the composition root reads the system clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. Jumps when the system time is set. */
  nowMs(): number;
  /** Milliseconds since an arbitrary time, from a clock that never goes back. */
  monotonicMs(): number;
}
