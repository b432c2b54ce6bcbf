/** How many requests one address may send per minute. */
export interface AddressLimitOptions {
  readonly requestsPerMinute: number;
  /** Requests with an invalid key. */
  readonly failuresPerMinute: number;
  /** Whether requests from this machine count, too. */
  readonly countsLoopback: boolean;
}

const MINUTE_MS = 60_000;

/** A token bucket: how much of the limit is used, as of a time. */
interface Bucket {
  used: number;
  atMs: number;
}

/** What an address has used of its two limits. */
export class AddressBuckets {
  readonly #requests: Bucket;
  readonly #failures: Bucket;

  constructor(nowMs: number) {
    this.#requests = { used: 0, atMs: nowMs };
    this.#failures = { used: 0, atMs: nowMs };
  }

  /** How many requests fit now, also if the keys of all of them turn out to be invalid. */
  free(options: AddressLimitOptions, nowMs: number): number {
    this.#drain(options, nowMs);
    const { requestsPerMinute, failuresPerMinute } = options;
    const requests = requestsPerMinute - this.#requests.used;
    const failures = failuresPerMinute - this.#failures.used;
    return Math.max(0, Math.floor(Math.min(requests, failures)));
  }

  /** Milliseconds until as many requests fit; 0 if they fit now. */
  waitMs(options: AddressLimitOptions, nowMs: number, count: number): number {
    this.#drain(options, nowMs);
    const { requestsPerMinute, failuresPerMinute } = options;
    return Math.max(
      waitFor(this.#requests.used + count, requestsPerMinute),
      waitFor(this.#failures.used + count, failuresPerMinute),
    );
  }

  /** @param failures How many of them had an invalid key, in addition to `requests`. */
  use(
    options: AddressLimitOptions,
    nowMs: number,
    { requests, failures }: { readonly requests: number; readonly failures: number },
  ): void {
    this.#drain(options, nowMs);
    this.#requests.used += requests;
    this.#failures.used += failures;
  }

  #drain({ requestsPerMinute, failuresPerMinute }: AddressLimitOptions, nowMs: number): void {
    drain(this.#requests, requestsPerMinute, nowMs);
    drain(this.#failures, failuresPerMinute, nowMs);
  }
}

function waitFor(used: number, limit: number): number {
  return used <= limit ? 0 : Math.ceil(((used - limit) * MINUTE_MS) / limit);
}

function drain(bucket: Bucket, limit: number, nowMs: number): void {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.used = Math.max(0, bucket.used - (elapsedMs * limit) / MINUTE_MS);
  bucket.atMs = nowMs;
}
