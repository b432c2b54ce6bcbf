import type { Clock, MaybePromise } from '@postern/kernel';
import { isLoopback, networkOf, type AddressAdmission } from './address-limits.ts';
import type { AddressLeave, AddressReport } from './shared-address-limits.ts';

export interface LeasedAddressLimitsOptions {
  readonly countsLoopback: () => boolean;
  readonly clock: Clock;
  /** Sends to the process that counts. */
  readonly send: (reports: readonly AddressReport[]) => void;
}

interface Lease {
  /** For how many more requests this process has leave. */
  left: number;
  usedAtMs: number;
  /** Not reported yet. */
  accepted: number;
  refused: number;
  isRecalled: boolean;
  /** Requests that wait for leave, in order. Each gets what `admit` returns. */
  waiting: ((retryAfterMs: number | undefined) => void)[];
  /** When it last asked and got no answer yet. */
  askedAtMs: number | undefined;
  /** All are refused until then. */
  fullUntilMs: number;
}

/** The use of leaves is reported after this time at the latest. */
const REPORT_AFTER_MS = 100;
/** A leave that isn't used for this long is given back. */
const IDLE_MS = 1000;
/** The process that counts hangs if it doesn't answer in this time. Then the requests are refused. */
const ANSWER_TIMEOUT_MS = 5000;
const RETRY_AFTER_MS = 1000;
/** If there are more addresses, those without waiting requests are forgotten, the oldest first. */
const MAX_ADDRESSES = 10_000;

/**
 * The limits by address that another process counts for several (`SharedAddressLimits`). A request waits for an answer
 * of that process only if this one has no leave for its address and doesn't know that all are refused. All that is
 * asked and reported in one turn of the event loop is one message.
 */
export class LeasedAddressLimits implements AddressAdmission {
  readonly #options: LeasedAddressLimitsOptions;
  readonly #leases = new Map<string, Lease>();
  /** What the next message is about. */
  readonly #changed = new Set<string>();
  #flushing: NodeJS.Immediate | undefined;
  #reporting: NodeJS.Timeout | undefined;
  readonly #tidying: NodeJS.Timeout;

  constructor(options: LeasedAddressLimitsOptions) {
    this.#options = options;
    this.#tidying = setInterval(this.#tidy, IDLE_MS).unref();
  }

  /** The number of addresses that are remembered. */
  get size(): number {
    return this.#leases.size;
  }

  admit(address: string): MaybePromise<number | undefined> {
    if (this.#isExempt(address)) return undefined;
    const network = networkOf(address);
    const lease = this.#of(network);
    const nowMs = this.#options.clock.monotonicMs();
    if (lease.fullUntilMs > nowMs) return Math.ceil(lease.fullUntilMs - nowMs);
    if (lease.left > 0) {
      lease.left -= 1;
      lease.usedAtMs = nowMs;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    lease.waiting.push(resolve);
    if (lease.askedAtMs === undefined) this.#flushSoon(network);
    return promise;
  }

  accepted(address: string): void {
    this.#ended(address, 'accepted');
  }

  refused(address: string): void {
    this.#ended(address, 'refused');
  }

  received(leaves: readonly AddressLeave[]): void {
    for (const leave of leaves) {
      const lease = this.#of(leave.network);
      if ('recall' in leave) {
        lease.isRecalled = true;
        this.#flushSoon(leave.network);
      } else this.#granted(leave.network, lease, leave);
    }
  }

  close(): void {
    clearInterval(this.#tidying);
    clearTimeout(this.#reporting);
    clearImmediate(this.#flushing);
  }

  #isExempt(address: string): boolean {
    return isLoopback(address) && !this.#options.countsLoopback();
  }

  #ended(address: string, as: 'accepted' | 'refused'): void {
    if (this.#isExempt(address)) return;
    const network = networkOf(address);
    this.#of(network)[as] += 1;
    this.#changed.add(network);
    this.#reporting ??= setTimeout(this.#flush, REPORT_AFTER_MS).unref();
  }

  #granted(
    network: string,
    lease: Lease,
    { granted, retryAfterMs }: Extract<AddressLeave, { granted: number }>,
  ): void {
    const nowMs = this.#options.clock.monotonicMs();
    lease.askedAtMs = undefined;
    lease.usedAtMs = nowMs;
    const mayGo = lease.waiting.splice(0, granted);
    lease.left += granted - mayGo.length;
    for (const go of mayGo) go(undefined);
    if (retryAfterMs !== undefined) this.#refuseAll(lease, nowMs, retryAfterMs);
    // Together with what these requests turn out to be.
    else if (lease.waiting.length > 0) this.#flushSoon(network);
  }

  #refuseAll(lease: Lease, nowMs: number, retryAfterMs: number): void {
    lease.fullUntilMs = nowMs + retryAfterMs;
    for (const refuse of lease.waiting.splice(0)) refuse(retryAfterMs);
  }

  #flushSoon(network: string): void {
    this.#changed.add(network);
    this.#flushing ??= setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    clearImmediate(this.#flushing);
    clearTimeout(this.#reporting);
    this.#flushing = undefined;
    this.#reporting = undefined;
    const reports = [...this.#changed].map((network) => this.#report(network, this.#of(network)));
    this.#changed.clear();
    if (reports.length > 0) this.#options.send(reports);
  };

  #report(network: string, lease: Lease): AddressReport {
    const { accepted, refused, isRecalled } = lease;
    const isAsking = lease.askedAtMs === undefined && lease.waiting.length > 0;
    const nowMs = this.#options.clock.monotonicMs();
    const isIdle = isRecalled || nowMs - lease.usedAtMs >= IDLE_MS;
    const returned = isIdle ? lease.left : 0;
    if (isAsking) lease.askedAtMs = nowMs;
    lease.left -= returned;
    lease.accepted = 0;
    lease.refused = 0;
    lease.isRecalled = false;
    const report = {
      network,
      wanted: isAsking ? lease.waiting.length : 0,
      accepted,
      refused,
      returned,
    };
    return isRecalled ? { ...report, isRecalled } : report;
  }

  /** Gives back what is idle, and forgets addresses of which nothing is to be remembered. */
  readonly #tidy = (): void => {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [network, lease] of this.#leases) {
      if (nowMs - (lease.askedAtMs ?? nowMs) >= ANSWER_TIMEOUT_MS) {
        this.#refuseAll(lease, nowMs, RETRY_AFTER_MS);
      }
      if (lease.left > 0 && nowMs - lease.usedAtMs >= IDLE_MS) this.#flushSoon(network);
      if (lease.left === 0 && lease.fullUntilMs <= nowMs) this.#forget(network, lease);
    }
  };

  #of(network: string): Lease {
    const known = this.#leases.get(network);
    if (known !== undefined) return known;
    if (this.#leases.size >= MAX_ADDRESSES) this.#makeRoom();
    const lease: Lease = {
      ...{ left: 0, accepted: 0, refused: 0, usedAtMs: 0, fullUntilMs: 0 },
      ...{ waiting: [], askedAtMs: undefined, isRecalled: false },
    };
    this.#leases.set(network, lease);
    return lease;
  }

  #makeRoom(): void {
    if (this.#forgetOldest()) return;
    // What isn't reported yet can't be forgotten.
    this.#flush();
    this.#forgetOldest();
  }

  #forgetOldest(): boolean {
    for (const [network, lease] of this.#leases) {
      const returned = lease.left;
      if (!this.#forget(network, lease)) continue;
      const report = { network, wanted: 0, accepted: 0, refused: 0, returned };
      if (returned > 0) this.#options.send([report]);
      return true;
    }
    return false;
  }

  #forget(network: string, lease: Lease): boolean {
    const isInUse = lease.waiting.length > 0 || lease.askedAtMs !== undefined;
    return !isInUse && !this.#changed.has(network) && this.#leases.delete(network);
  }
}
