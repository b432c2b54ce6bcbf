import type { Database } from '@postern/database';
import { ok, sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import { ProcessRows } from './account-rows.ts';

/** A process that doesn't extend its lease for this long counts as dead. */
const LEASE_MS = 30_000;
const EXTEND_EVERY_MS = 5000;

export interface ProcessLeaseOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Its ids begin with this, so that another process can recover what it held. Default: empty. */
  readonly processName?: string | undefined;
  /** Whether this process holds something that others must know of. */
  readonly isHolding: () => boolean;
  /** Called when other processes have declared this one dead: what it held is counted as spent. */
  readonly onLost: () => void;
}

/**
 * The registration of this process among those that share the limits. While it holds a part of a budget, it
 * extends its lease every five seconds. Each process that registers or extends a lease also charges the keys for
 * the amounts that dead processes held: their calls may have reached the upstream, so the money counts as spent.
 */
export class ProcessLease {
  readonly #options: ProcessLeaseOptions;
  readonly #rows: ProcessRows;
  #id = '';
  #timer: NodeJS.Timeout | undefined;
  #extendedAtMs = 0;

  constructor(options: ProcessLeaseOptions) {
    this.#options = options;
    this.#rows = new ProcessRows(options.database);
  }

  /** Empty while the process isn't registered. */
  get id(): string {
    return this.#id;
  }

  /** Registers the process if it isn't registered, inside a transaction. */
  register(): void {
    const { clock, randomness, processName = '', onLost } = this.#options;
    if (this.#id !== '' && this.#rows.isRegistered(this.#id)) return;
    if (this.#id !== '') onLost();
    const nowMs = clock.nowMs();
    this.#id = `${processName}${sortableId(nowMs, randomness)}`;
    this.#rows.register(this.#id, nowMs + LEASE_MS);
    this.#charge(this.#rows.expired(nowMs));
    this.#extendedAtMs = nowMs;
    this.#timer ??= setInterval(this.#extend, EXTEND_EVERY_MS).unref();
  }

  /** Ends the lease, inside a transaction, when nothing is held. */
  end(): Result<undefined, never> {
    this.stop();
    if (this.#id !== '') this.#rows.remove(this.#id);
    this.#id = '';
    return ok();
  }

  /** Charges what a process that has ended held, inside a transaction. Others would wait for the end of its lease. */
  recover(processName: string): void {
    this.#charge(this.#rows.named(processName));
  }

  /** Stops extending the lease. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #extend = (): void => {
    this.#options.database.runUnsynced(() => {
      const nowMs = this.#options.clock.nowMs();
      if (!this.#options.isHolding()) return this.end();
      this.register();
      this.#rows.extend(this.#id, nowMs + LEASE_MS);
      // After a suspension every lease has expired, and the others need a moment to extend theirs.
      if (nowMs - this.#extendedAtMs < LEASE_MS) this.#charge(this.#rows.expired(nowMs));
      this.#extendedAtMs = nowMs;
      return ok();
    });
  };

  #charge(ids: readonly string[]): void {
    for (const id of ids) {
      for (const lease of this.#rows.leasesOf(id)) {
        if (isBudget(lease.name)) this.#rows.charge(lease);
      }
      this.#rows.remove(id);
    }
  }
}

/** Budget accounts have a period and its beginning in their names: `KEY/budget/day/0`. */
function isBudget(name: string): boolean {
  return name.split('/')[1] === 'budget';
}
