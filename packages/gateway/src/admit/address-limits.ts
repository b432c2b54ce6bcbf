import { firstAddress } from '@postern/protocol';

/** How many requests one address may send per minute. */
export interface AddressLimitOptions {
  readonly requestsPerMinute: number;
  /** Requests with an invalid key. */
  readonly failuresPerMinute: number;
  /** Whether requests from this machine count, too. */
  readonly countsLoopback: boolean;
}

const MINUTE_MS = 60_000;
/** More addresses than this aren't remembered: the one that was seen longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

/** A token bucket: how much of the limit is used, as of a time. */
interface Bucket {
  used: number;
  atMs: number;
}

interface Seen {
  readonly requests: Bucket;
  readonly failures: Bucket;
}

/**
 * Limits requests by the client's address, before their keys are looked at. It bounds what a stranger can make the
 * gateway do, and how fast keys can be tried. An IPv6 address counts as its /64, because a client has a whole one.
 */
export class AddressLimits {
  readonly #options: AddressLimitOptions;
  /** Least recently seen first. */
  readonly #seen = new Map<string, Seen>();

  constructor(options: AddressLimitOptions) {
    this.#options = options;
  }

  /** Counts a request. Returns how long to wait before the next one if it isn't allowed. */
  admit(address: string, nowMs: number): number | undefined {
    const { requestsPerMinute, failuresPerMinute, countsLoopback } = this.#options;
    if (!countsLoopback && isLoopback(address)) return undefined;
    const seen = this.#of(networkOf(address), nowMs);
    const failures = waitFor(seen.failures, failuresPerMinute, nowMs);
    if (failures !== undefined) return failures;
    const wait = waitFor(seen.requests, requestsPerMinute, nowMs);
    if (wait === undefined) seen.requests.used += 1;
    return wait;
  }

  /** Counts a request of `admit` whose key turned out to be invalid. */
  refused(address: string, nowMs: number): void {
    if (!this.#options.countsLoopback && isLoopback(address)) return;
    const { failures } = this.#of(networkOf(address), nowMs);
    drain(failures, this.#options.failuresPerMinute, nowMs);
    failures.used += 1;
  }

  /** The number of addresses that are remembered. */
  get size(): number {
    return this.#seen.size;
  }

  #of(network: string, nowMs: number): Seen {
    const known = this.#seen.get(network);
    const seen = known ?? {
      requests: { used: 0, atMs: nowMs },
      failures: { used: 0, atMs: nowMs },
    };
    if (known !== undefined) this.#seen.delete(network);
    else if (this.#seen.size >= MAX_ADDRESSES) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    this.#seen.set(network, seen);
    return seen;
  }
}

/** How long until one more fits; undefined if it fits now. */
function waitFor(bucket: Bucket, limit: number, nowMs: number): number | undefined {
  drain(bucket, limit, nowMs);
  const tooMuch = bucket.used + 1 - limit;
  return tooMuch <= 0 ? undefined : Math.ceil((tooMuch * MINUTE_MS) / limit);
}

function drain(bucket: Bucket, limit: number, nowMs: number): void {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.used = Math.max(0, bucket.used - (elapsedMs * limit) / MINUTE_MS);
  bucket.atMs = nowMs;
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/**
 * The addresses that count as one client: an IPv4 address, or the /64 of an IPv6 address.
 *
 * @param address As `Callers.clientAddress` gives it, so an IPv4 address is never in IPv6 form.
 */
export function networkOf(address: string): string {
  return address.includes(':') ? firstAddress(address, 64) : address;
}
