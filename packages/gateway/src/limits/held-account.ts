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
import type { AccountName, AccountRows } from './account-rows.ts';

/**
 * A budget, or the number of calls that run at the same time: reserved amounts are held until the call is over.
 * What was used of a budget stays used; of calls, nothing does.
 */
export class HeldAccount implements Account {
  readonly #name: AccountName;
  /** The parts of what this process holds: reserved, used but not written yet, and taken in advance. */
  #reserved = 0;
  #unwritten = 0;
  #surplus = 0;
  #takenAtMs = 0;
  #isDirty = false;
  #spentBefore: number | undefined;
  #next: HeldAccount | undefined;

  /**
   * @param name With a period for a budget.
   * @param before The account that this one replaces. What is reserved there is reserved here too.
   */
  constructor(name: AccountName, before?: HeldAccount) {
    this.#name = name;
    if (before === undefined) return;
    this.#reserved = before.#reserved;
    this.#unwritten = before.#unwritten;
    before.#next = this;
  }

  canTakeHeld({ amount, nowMs }: Taking): boolean {
    return this.#surplus >= amount && mayHold(this.#takenAtMs, nowMs);
  }

  takeHeld(amount: number): void {
    this.#surplus -= amount;
    this.#reserved += amount;
  }

  take(rows: AccountRows, { amount, limit, nowMs }: Taking): OnCommit | Shortage {
    const used = this.#usedIn(rows);
    const held = this.#reserved + this.#unwritten;
    const available = limit - used - rows.heldByOthers(this.#name) - held;
    if (amount > available) {
      return { retryAfterMs: undefined, available: Math.max(0, available) };
    }
    const surplus = surplusOf(available - amount, amount);
    rows.save(this.#name, { used, atMs: nowMs });
    rows.hold(this.#name, held + amount + surplus);
    return () => {
      this.#reserved += amount;
      this.#surplus = surplus;
      this.#takenAtMs = nowMs;
      this.#isDirty ||= surplus > 0;
    };
  }

  settle(ending: Ending): void {
    const { reserved, actual } = ending;
    this.#next?.settle(ending);
    this.#reserved -= reserved;
    if (this.#name.period !== undefined) this.#unwritten += actual;
    this.#isDirty = true;
  }

  get isDirty(): boolean {
    return this.#isDirty;
  }

  write(rows: AccountRows, { nowMs, returnsAll }: Writing): OnCommit {
    const keepsSurplus = !returnsAll && mayHold(this.#takenAtMs, nowMs);
    const surplus = keepsSurplus ? this.#surplus : 0;
    const written = this.#unwritten;
    if (written > 0) {
      const { used, atMs } = rows.find(this.#name);
      rows.save(this.#name, { used: used + written, atMs });
    }
    rows.hold(this.#name, this.#reserved + surplus);
    return () => {
      this.#unwritten -= written;
      this.#surplus = surplus;
      this.#isDirty = surplus > 0;
    };
  }

  /** Has the key's usage counted again, because the key may have been used without this budget. */
  recount(): void {
    this.#spentBefore = undefined;
  }

  /**
   * What was used according to the row, but at least what the key had spent in the period when this process first
   * needed its budget: the budget may be new, or the row from a time when the key had this budget before.
   */
  #usedIn(rows: AccountRows): number {
    const { period } = this.#name;
    if (period === undefined) return 0;
    this.#spentBefore ??= rows.spent(this.#name, period);
    return Math.max(rows.find(this.#name).used, this.#spentBefore);
  }

  get isHolding(): boolean {
    return this.#reserved + this.#unwritten + this.#surplus > 0;
  }

  forget(): void {
    this.#reserved = 0;
    this.#surplus = 0;
  }
}
