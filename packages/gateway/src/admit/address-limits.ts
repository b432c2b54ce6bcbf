import { firstAddress } from '@postern/protocol';
import type { MaybePromise } from '@postern/kernel';
import { AddressBuckets, type AddressLimitOptions } from './address-buckets.ts';
import { RecentAddresses } from './recent-addresses.ts';

/**
 * Limits requests by the client's address, before their keys are looked at. It bounds what a stranger can make the
 * gateway do, and how fast keys can be tried. An IPv6 address counts as its /64, because a client has a whole one.
 * Times are those of the wall clock.
 */
export interface AddressAdmission {
  /**
   * Counts a request. Returns how long to wait before the next one if it isn't allowed. For an allowed request, call
   * either `accepted` or `refused`.
   */
  admit(address: string, nowMs: number): MaybePromise<number | undefined>;
  /** The key of an allowed request is valid, or the request ended before its key was checked. */
  accepted(address: string, nowMs: number): void;
  /** The key of an allowed request is invalid. */
  refused(address: string, nowMs: number): void;
}

/** The limits of one process, for itself. */
export class AddressLimits implements AddressAdmission {
  readonly #options: AddressLimitOptions;
  readonly #seen = new RecentAddresses((nowMs) => new AddressBuckets(nowMs));

  constructor(options: AddressLimitOptions) {
    this.#options = options;
  }

  admit(address: string, nowMs: number): number | undefined {
    if (!this.#options.countsLoopback && isLoopback(address)) return undefined;
    const buckets = this.#seen.of(networkOf(address), nowMs);
    const waitMs = buckets.waitMs(this.#options, nowMs, 1);
    if (waitMs > 0) return waitMs;
    buckets.use(this.#options, nowMs, { requests: 1, failures: 0 });
    return undefined;
  }

  accepted(): void {
    // Counted already.
  }

  refused(address: string, nowMs: number): void {
    if (!this.#options.countsLoopback && isLoopback(address)) return;
    const buckets = this.#seen.of(networkOf(address), nowMs);
    buckets.use(this.#options, nowMs, { requests: 0, failures: 1 });
  }

  /** The number of addresses that are remembered. */
  get size(): number {
    return this.#seen.size;
  }
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
