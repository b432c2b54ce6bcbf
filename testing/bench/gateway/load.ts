/** The parameters of one run of the load generator, passed in a file. */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** Headers besides host, content-type and content-length; several sets are used in turn. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly body: string;
  /** Concurrent requests, each on its own connection. Without meaning if the arrivals are given. */
  readonly concurrency: number;
  /**
   * Requests arrive at random times, on average this many per second, whether or not earlier ones
   * are complete. Their times count from the arrival, so waiting for a late gateway counts too.
   */
  readonly arrivalsPerSecond?: number;
  /**
   * The time over which the first requests are spread, so that responses of a fixed length don't
   * come in waves.
   */
  readonly rampMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** A text that the last chunk of every valid response contains. */
  readonly lastPartHolds: string;
}

/** The result of a run. Times are in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly firstByteP50: number;
  readonly firstByteP99: number;
  readonly wholeP50: number;
  readonly wholeP99: number;
  /** Processor time of the generator itself during the measurement, in seconds. */
  readonly ownSeconds: number;
}
