import type { Clock } from '@postern/kernel';
import { AddressBuckets, type AddressLimitOptions } from './address-buckets.ts';
import { RecentAddresses } from './recent-addresses.ts';

/** What a process says of its requests from one address since it spoke last. */
export interface AddressReport {
  /** As in `networkOf`. */
  readonly network: string;
  /** For how many requests it wants leave now. */
  readonly wanted: number;
  /** How many requests with leave had a valid key, and an invalid one. */
  readonly accepted: number;
  readonly refused: number;
  /** For how many requests it gives leave back unused. */
  readonly returned: number;
  /** Whether it answers a recall: it has given back everything unused. */
  readonly isRecalled?: true;
}

/** What a process may do: an answer to `wanted`, or a recall. */
export type AddressLeave =
  | {
      readonly network: string;
      /** How many requests it may let through, from now on. It may be more than it wanted. */
      readonly granted: number;
      /** If nothing is granted: how long to refuse all requests. */
      readonly retryAfterMs?: number;
    }
  /** To report at once, and give back what is unused. */
  | { readonly network: string; readonly recall: true };

export interface SharedAddressLimitsOptions<Process> {
  readonly limits: () => AddressLimitOptions;
  readonly clock: Clock;
  readonly send: (to: Process, leaves: readonly AddressLeave[]) => void;
}

interface Seen<Process> {
  readonly buckets: AddressBuckets;
  /** For how many requests each process has leave, of which it hasn't reported yet. */
  readonly held: Map<Process, number>;
}

interface Ask<Process> {
  readonly process: Process;
  readonly wanted: number;
}

/** All processes that hold something are told to report, before an ask is refused. */
interface Recall<Process> {
  /** Who hasn't reported yet. */
  readonly from: Set<Process>;
  asks: Ask<Process>[];
  readonly timer: NodeJS.Timeout;
}

/** A process that doesn't report in this time hangs. The others go on without what it holds. */
const RECALL_TIMEOUT_MS = 500;
/** A refusal is for at least this long, so that refusals are cheap. */
const MIN_RETRY_MS = 10;
/** A process gets this part of what is left beyond what it wants. */
const PART = 8;

/**
 * The limits by address of several processes that answer on the same port. This one counts: the others get leave for
 * some requests at a time, so that few requests wait for an answer. What one of them holds unused is recalled before a
 * request of another one is refused. So together they let exactly as many through as one would; what they report late
 * refills late. At most 10,000 addresses are remembered, and nothing is written to the disk.
 */
export class SharedAddressLimits<Process> {
  readonly #options: SharedAddressLimitsOptions<Process>;
  readonly #seen = new RecentAddresses<Seen<Process>>((nowMs) => ({
    buckets: new AddressBuckets(nowMs),
    held: new Map(),
  }));
  readonly #recalls = new Map<string, Recall<Process>>();

  constructor(options: SharedAddressLimitsOptions<Process>) {
    this.#options = options;
  }

  /** The number of addresses that are remembered. */
  get size(): number {
    return this.#seen.size;
  }

  received(from: Process, reports: readonly AddressReport[]): void {
    const leaves: AddressLeave[] = [];
    for (const report of reports) {
      this.#count(from, report);
      if (report.isRecalled === true) this.#answered(from, report.network);
      if (report.wanted > 0)
        leaves.push(...this.#ask({ process: from, wanted: report.wanted }, report.network));
    }
    if (leaves.length > 0) this.#options.send(from, leaves);
  }

  ended(process: Process): void {
    for (const [network, { held }] of this.#seen.entries()) {
      if (held.has(process)) this.#lose(process, network);
    }
    for (const [network, recall] of [...this.#recalls]) {
      recall.asks = recall.asks.filter((ask) => ask.process !== process);
      this.#answered(process, network);
    }
  }

  #count(from: Process, { network, accepted, refused, returned }: AddressReport): void {
    const { buckets, held } = this.#of(network);
    const left = (held.get(from) ?? 0) - accepted - refused - returned;
    if (left > 0) held.set(from, left);
    else held.delete(from);
    const requests = accepted + refused;
    const nowMs = this.#options.clock.monotonicMs();
    buckets.use(this.#options.limits(), nowMs, { requests, failures: refused });
  }

  /** What to send to the process that asks; nothing while others have to report first. */
  #ask({ process, wanted }: Ask<Process>, network: string): readonly AddressLeave[] {
    const running = this.#recalls.get(network);
    if (running !== undefined) {
      running.asks.push({ process, wanted });
      return [];
    }
    const { held } = this.#of(network);
    const others = [...held.keys()].filter((other) => other !== process);
    if (others.length === 0 || this.#free(network) > 0)
      return [this.#grant(process, network, wanted)];
    const timer = setTimeout(() => {
      for (const other of this.#recalls.get(network)?.from ?? []) this.#lose(other, network);
      this.#endRecall(network);
    }, RECALL_TIMEOUT_MS);
    this.#recalls.set(network, {
      from: new Set(others),
      asks: [{ process, wanted }],
      timer: timer.unref(),
    });
    for (const other of others) this.#options.send(other, [{ network, recall: true }]);
    return [];
  }

  #answered(process: Process, network: string): void {
    const recall = this.#recalls.get(network);
    if (recall?.from.delete(process) === true && recall.from.size === 0) this.#endRecall(network);
  }

  #endRecall(network: string): void {
    const recall = this.#recalls.get(network);
    if (recall === undefined) return;
    clearTimeout(recall.timer);
    this.#recalls.delete(network);
    const [first, ...later] = recall.asks;
    if (first !== undefined) {
      this.#options.send(first.process, [this.#grant(first.process, network, first.wanted)]);
    }
    for (const ask of later) {
      const leaves = this.#ask(ask, network);
      if (leaves.length > 0) this.#options.send(ask.process, leaves);
    }
  }

  /**
   * Grants at least one request, or refuses. A process that gets less than it wants asks again when it knows whether
   * the keys of these requests are valid.
   */
  #grant(process: Process, network: string, wanted: number): AddressLeave {
    const nowMs = this.#options.clock.monotonicMs();
    const { buckets, held } = this.#of(network);
    const free = this.#free(network);
    if (free === 0) {
      const waitMs = buckets.waitMs(this.#options.limits(), nowMs, 1);
      return { network, granted: 0, retryAfterMs: Math.max(MIN_RETRY_MS, waitMs) };
    }
    const granted = free > wanted ? wanted + Math.floor((free - wanted) / PART) : free;
    held.set(process, (held.get(process) ?? 0) + granted);
    return { network, granted };
  }

  /** What the process holds counts as used: it may have let the requests through. */
  #lose(process: Process, network: string): void {
    const { buckets, held } = this.#of(network);
    const lost = held.get(process) ?? 0;
    held.delete(process);
    const nowMs = this.#options.clock.monotonicMs();
    buckets.use(this.#options.limits(), nowMs, { requests: lost, failures: lost });
  }

  #of(network: string): Seen<Process> {
    return this.#seen.of(network, this.#options.clock.monotonicMs());
  }

  #free(network: string): number {
    const { buckets, held } = this.#of(network);
    const nowMs = this.#options.clock.monotonicMs();
    return Math.max(0, buckets.free(this.#options.limits(), nowMs) - sumOf(held));
  }
}

function sumOf(held: ReadonlyMap<unknown, number>): number {
  return [...held.values()].reduce((sum, each) => sum + each, 0);
}
