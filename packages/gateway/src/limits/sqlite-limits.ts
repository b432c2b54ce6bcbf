import type { RateState } from '@postern/dialects';
import {
  numberColumn,
  type Database,
  type DatabaseFailure,
  type Statement,
} from '@postern/database';
import { failed, ok, type Clock, type Randomness, type Result } from '@postern/kernel';
import type { BudgetPeriods } from '../budget/budget-periods.ts';
import type { StoreFailure } from '../store/store-failure.ts';
import type { BatchPart } from '../usage/batch-part.ts';
import type { Account, OnCommit } from './account.ts';
import { AccountRows } from './account-rows.ts';
import { isLimited, KeyAccounts } from './key-accounts.ts';
import type { Actual, LimitRefusal, Limits, Reservation, ReservationRequest } from './limits.ts';
import { budgetParts, limitParts, type Part } from './parts.ts';
import { ProcessLease } from './process-lease.ts';

export interface SqliteLimitsOptions {
  readonly database: Database;
  readonly periods: BudgetPeriods;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** As in `ProcessLeaseOptions`. */
  readonly processName?: string | undefined;
  /** Has `write` called in a transaction soon. */
  readonly wake: () => void;
}

interface OpenReservation {
  readonly parts: readonly Part[];
  readonly atMs: number;
  /** The process id under which it was made. */
  readonly processId: string;
}

const NONE: Actual = { tokens: 0, costMicroUsd: 0 };
const UNAVAILABLE: Result<never, StoreFailure> = failed({ reason: 'unavailable' });
const NOTHING_LIMITS: Result<undefined, never> = ok();

/**
 * Limits and budgets in the gateway's database, exact for all processes that share it. What was settled is written
 * in the transaction that also writes the usage of the call, so a budget's sum always equals the recorded costs.
 */
export class SqliteLimits implements Limits, BatchPart {
  readonly #options: SqliteLimitsOptions;
  readonly #rows: AccountRows;
  readonly #raiseOf: Statement;
  readonly #lease: ProcessLease;
  readonly #keys = new Map<string, KeyAccounts>();
  readonly #allKeys = new KeyAccounts('');
  readonly #open = new Map<Reservation, OpenReservation>();
  /** Every account with something to write, to return, or to lose. */
  readonly #touched = new Set<Account>();
  #isClosing = false;

  constructor(options: SqliteLimitsOptions) {
    this.#options = options;
    const { database, clock, randomness, processName } = options;
    this.#lease = new ProcessLease({
      ...{ database, clock, randomness, processName },
      isHolding: () => this.#touched.size > 0,
      onLost: () => {
        for (const account of this.#touched) account.forget();
      },
    });
    this.#rows = new AccountRows(database, () => this.#lease.id);
    this.#raiseOf = database.prepare(
      `SELECT coalesce(sum(amount_micro_usd), 0) AS amount FROM budget_raise
        WHERE key_id = ? AND until_ms > ?`,
    );
  }

  reserve(
    request: ReservationRequest,
  ): Result<Reservation | undefined, LimitRefusal | StoreFailure> {
    if (request.budget === undefined) this.#keys.get(request.keyId)?.leaveBudget();
    const { limits, budget, allKeys } = request;
    if (!isLimited(limits, budget) && !isLimited(allKeys, undefined)) return NOTHING_LIMITS;
    const accounts = this.#accountsOf(request.keyId);
    const parts = [
      ...limitParts(this.#allKeys, allKeys, request, 'all-keys'),
      ...limitParts(accounts, limits, request, 'key'),
      ...budgetParts(accounts, request, this.#options.periods),
    ];
    const nowMs = this.#options.clock.nowMs();
    const taken = this.#takeAll(parts, request, nowMs);
    if (!taken.ok) return 'path' in taken.failure ? UNAVAILABLE : failed(taken.failure);
    const reservation: Reservation = { id: request.id, rates: ratesOf(parts) };
    this.#open.set(reservation, { parts, atMs: nowMs, processId: this.#lease.id });
    return ok(reservation);
  }

  settle(reservation: Reservation, actual: Actual): void {
    const open = this.#open.get(reservation);
    if (open === undefined) return;
    this.#open.delete(reservation);
    const nowMs = this.#options.clock.nowMs();
    for (const { account, amount, actual: actualOf } of open.parts) {
      // If this process was declared dead in between, the reserved amount was charged and isn't held any more.
      const reserved = open.processId === this.#lease.id ? amount : 0;
      account.settle({ reserved, actual: actualOf(actual), reservedAtMs: open.atMs, nowMs });
      this.#touched.add(account);
    }
    this.#options.wake();
  }

  release(reservation: Reservation): void {
    this.settle(reservation, NONE);
  }

  get hasWork(): boolean {
    for (const account of this.#touched) if (account.isDirty) return true;
    return false;
  }

  write(): OnCommit {
    const writing = { nowMs: this.#options.clock.nowMs(), returnsAll: this.#isClosing };
    const dirty = [...this.#touched].filter(({ isDirty }) => isDirty);
    const commits = dirty.map((account) => account.write(this.#rows, writing));
    return () => {
      for (const commit of commits) commit();
      for (const account of dirty) {
        if (!account.isDirty && !account.isHolding) this.#touched.delete(account);
      }
    };
  }

  /** Ends the leases of a process that has ended: what it held of budgets is charged, and the rest is free. */
  recover(processName: string): Result<undefined, DatabaseFailure> {
    return this.#options.database.runUnsynced(() => {
      this.#lease.recover(processName);
      return ok();
    });
  }

  /** From now on, nothing is held without need. */
  beginClose(): void {
    this.#lease.stop();
    this.#isClosing = true;
  }

  /** After a last `write`: ends the lease. Reservations that are still open are charged later, as if it had died. */
  close(): void {
    if (this.#touched.size === 0 && this.#lease.id !== '') {
      this.#options.database.runUnsynced(() => this.#lease.end());
    }
  }

  #accountsOf(keyId: ReservationRequest['keyId']): KeyAccounts {
    const known = this.#keys.get(keyId) ?? new KeyAccounts(keyId);
    this.#keys.set(keyId, known);
    return known;
  }

  /** Takes all parts, or none. */
  #takeAll(
    parts: readonly Part[],
    request: ReservationRequest,
    nowMs: number,
  ): Result<undefined, LimitRefusal | DatabaseFailure> {
    const missing = parts.filter(
      ({ account, amount, limit }) => !account.canTakeHeld({ amount, limit, nowMs }),
    );
    if (missing.length > 0) {
      const taken = this.#takeFromStore(missing, request, nowMs);
      if (!taken.ok) return taken;
      for (const commit of taken.value) commit();
    }
    for (const part of parts) {
      if (!missing.includes(part)) part.account.takeHeld(part.amount);
      this.#touched.add(part.account);
    }
    if (parts.some(({ account }) => account.isDirty)) this.#options.wake();
    return ok();
  }

  #takeFromStore(
    parts: readonly Part[],
    { keyId }: ReservationRequest,
    nowMs: number,
  ): Result<readonly OnCommit[], LimitRefusal | DatabaseFailure> {
    return this.#options.database.runUnsynced(() => {
      this.#lease.register();
      const commits: OnCommit[] = [];
      for (const { account, amount, limit, isRaised = false, refusal } of parts) {
        const raise = isRaised ? this.#raiseOf.get(keyId, nowMs) : undefined;
        const raised = limit + (raise === undefined ? 0 : numberColumn(raise, 'amount'));
        const taken = account.take(this.#rows, { amount, limit: raised, nowMs });
        if (typeof taken !== 'function') return failed(refusal(taken));
        commits.push(taken);
      }
      return ok(commits);
    });
  }
}

/** Of two limits of one kind, the response shows the one that is nearer to its end. */
function ratesOf(parts: readonly Part[]): Reservation['rates'] {
  const rates: { requests?: RateState; tokens?: RateState } = {};
  for (const { rate } of parts) {
    if (rate === undefined) continue;
    const { kind, account } = rate;
    const shown = rates[kind];
    if (shown === undefined || account.state.remaining < shown.remaining) {
      rates[kind] = account.state;
    }
  }
  return rates;
}
