/** The parameters of one run of the load generator, passed on its command line. */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** Headers besides host, content-type and content-length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Concurrent requests, each on its own connection. */
  readonly concurrency: number;
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
