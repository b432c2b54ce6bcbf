/** What the benchmark's gateway is started with. */
export interface OurSetup {
  /** Where the fake upstream listens. */
  readonly url: string;
  /** The number of gateway keys, which the requests use in turn. */
  readonly keys: number;
  /** Whether each key has limits of every kind and a budget. */
  readonly isLimited: boolean;
}
