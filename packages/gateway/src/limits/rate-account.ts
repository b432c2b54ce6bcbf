import type { RateState } from '@postern/dialects';
import {
  mayHold,
  surplusOf,
  type Account,
  type Ending,
  type OnCommit,
  type Shortage,
  type Taking,
  type Writing,
} from './account.ts';
import type { AccountName, AccountRow, AccountRows } from './account-rows.ts';

/** Stored amounts are multiplied by this, so that a limit per minute refills by whole numbers in a millisecond. */
const SCALE = 60_000;
/**
 * While the clock is set back, nothing refills until the old time comes again. If that is more than a day away, the
 * old time was wrong, and the bucket counts as full.
 */
const SET_BACK_MS = 86_400_000;

/**
 * A limit per minute as a token bucket: the bucket holds one minute's worth, and refills evenly. Reserved
 * amounts count as used at once. If less was used in the end, the part of the difference that can't have refilled
 * yet is given back.
 */
export class RateAccount implements Account {
  readonly #name: AccountName;
  #limit = 0;
  /** What this process took from the store beyond its reservations. */
  #held = 0;
  #takenAtMs = 0;
  /** What was used more (or less) than reserved, times `SCALE`, and isn't written yet. */
  #correction = 0;
  #state: RateState = { limit: 0, remaining: 0, resetMs: 0 };

  constructor(name: AccountName) {
    this.#name = name;
  }

  /** As of the last reservation. */
  get state(): RateState {
    return this.#state;
  }

  canTakeHeld({ amount, limit, nowMs }: Taking): boolean {
    const isCurrent = limit === this.#limit && mayHold(this.#takenAtMs, nowMs);
    // If more was used than reserved, the store must say whether anything is left.
    return isCurrent && this.#held >= amount && this.#correction <= 0;
  }

  takeHeld(amount: number): void {
    this.#held -= amount;
    this.#state = { ...this.#state, remaining: Math.max(0, this.#state.remaining - amount) };
  }

  take(rows: AccountRows, { amount, limit, nowMs }: Taking): OnCommit | Shortage {
    const row = this.#current(rows.find(this.#name), limit, nowMs);
    const free = limit * SCALE - row.used;
    const missing = amount * SCALE - free;
    if (missing > 0) {
      this.#limit = limit;
      this.#show(row.used);
      const retryAfterMs = amount > limit ? undefined : Math.ceil(missing / limit);
      return { retryAfterMs, available: Math.max(0, Math.floor(free / SCALE)) };
    }
    const surplus = surplusOf(Math.floor(free / SCALE) - amount, amount);
    const used = row.used + (amount + surplus) * SCALE;
    rows.save(this.#name, { used, atMs: row.atMs });
    return () => {
      this.#limit = limit;
      this.#correction = 0;
      this.#held = surplus;
      this.#takenAtMs = nowMs;
      this.#show(used - surplus * SCALE);
    };
  }

  settle({ reserved, actual, reservedAtMs, nowMs }: Ending): void {
    const difference = (actual - reserved) * SCALE;
    this.#correction +=
      difference >= 0 ? difference : -this.#unrefilled(-difference, nowMs - reservedAtMs);
  }

  get isDirty(): boolean {
    return this.#held > 0 || this.#correction !== 0;
  }

  /** A rate limit refills by itself. */
  readonly isHolding = false;

  write(rows: AccountRows, { nowMs, returnsAll }: Writing): OnCommit {
    const isIdle = returnsAll || this.#correction > 0 || !mayHold(this.#takenAtMs, nowMs);
    if (this.#correction === 0 && !isIdle) return () => undefined;
    const row = this.#current(rows.find(this.#name), this.#limit, nowMs, isIdle);
    rows.save(this.#name, row);
    return () => {
      this.#correction = 0;
      if (isIdle) this.#held = 0;
    };
  }

  forget(): void {
    this.#held = 0;
  }

  /** The row now: refilled, corrected, and with what this process holds but won't use. */
  #current(row: AccountRow, limit: number, nowMs: number, returnsHeld = true): AccountRow {
    const before = row.atMs - nowMs > SET_BACK_MS ? { used: 0, atMs: nowMs } : row;
    const refilled = limit * Math.max(0, nowMs - before.atMs);
    const returned = returnsHeld
      ? this.#unrefilled(this.#held * SCALE, nowMs - this.#takenAtMs)
      : 0;
    const used = Math.max(0, before.used - refilled) + this.#correction - returned;
    return { used: Math.max(0, used), atMs: Math.max(before.atMs, nowMs) };
  }

  /** The part of an amount that can't have refilled since then. */
  #unrefilled(amount: number, elapsedMs: number): number {
    return Math.max(0, amount - this.#limit * Math.max(0, elapsedMs));
  }

  #show(used: number): void {
    const limit = this.#limit;
    const remaining = Math.max(0, Math.floor((limit * SCALE - used) / SCALE));
    this.#state = { limit, remaining, resetMs: Math.ceil(used / limit) };
  }
}
