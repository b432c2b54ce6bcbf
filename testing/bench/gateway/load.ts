/** One run of the load generator, as it is told on its command line. */
export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  /** Names and values beside host, content-type and content-length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Requests under way at once, each on its own connection. */
  readonly concurrency: number;
  /** Over which time the first requests are spread, so that answers of a fixed length do not come in waves. */
  readonly rampMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** A text that every good answer's last part holds. */
  readonly lastPartHolds: string;
}

/** What came of it; times in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly firstByteP50: number;
  readonly firstByteP99: number;
  readonly wholeP50: number;
  readonly wholeP99: number;
  /** Processor time of the generator itself over the measured time, in seconds. */
  readonly ownSeconds: number;
}
