import type { BudgetPeriod, GatewayKeyId, KeyBudget, KeyLimits } from '@postern/protocol';
import type { BudgetPeriods, Period } from '../budget/budget-periods.ts';
import { HeldAccount } from './held-account.ts';
import { RateAccount } from './rate-account.ts';

interface BudgetAccount {
  readonly kind: BudgetPeriod;
  readonly period: Period;
  readonly timeZone: string;
  readonly account: HeldAccount;
}

/** Accounts of past periods are forgotten when there are more than this. */
const MAX_BUDGETS = 4;

/** The accounts of one key, created when they are needed first. */
export class KeyAccounts {
  readonly requests: RateAccount;
  readonly tokens: RateAccount;
  readonly concurrent: HeldAccount;
  readonly #keyId: string;
  readonly #budgets = new Map<string, BudgetAccount>();
  #last: BudgetAccount | undefined;

  /** @param keyId Empty for the limits of all keys together. */
  constructor(keyId: GatewayKeyId | '') {
    this.#keyId = keyId;
    const name = (kind: string): { text: string; keyId: string } => ({
      text: `${keyId}/${kind}`,
      keyId,
    });
    this.requests = new RateAccount(name('requests'));
    this.tokens = new RateAccount(name('tokens'));
    this.concurrent = new HeldAccount(name('concurrent'));
  }

  /** The account of the period that contains a moment, and that period. */
  budgetAt(atMs: number, { period: kind }: KeyBudget, periods: BudgetPeriods): BudgetAccount {
    const { timeZone } = periods;
    const last = this.#last?.kind === kind ? this.#last : undefined;
    const isSameZone = last?.timeZone === timeZone;
    if (isSameZone && last.period.startMs <= atMs && atMs < last.period.endMs) return last;
    const period = periods.containing(atMs, kind);
    const text = `${this.#keyId}/budget/${kind}/${period.startMs}`;
    // There must be one object for each account, because it knows what this process holds.
    const known = this.#budgets.get(text);
    known?.account.recount();
    // Calls that run while the time zone changes count in its period too.
    const before = isSameZone ? undefined : last?.account;
    const account = known?.account ?? new HeldAccount({ text, keyId: this.#keyId, period }, before);
    this.#last = { kind, period, timeZone, account };
    this.#budgets.set(text, this.#last);
    this.#forgetOld();
    return this.#last;
  }

  /** Called when the key is used without a budget. */
  leaveBudget(): void {
    this.#last = undefined;
  }

  #forgetOld(): void {
    for (const [text, budget] of this.#budgets) {
      if (this.#budgets.size <= MAX_BUDGETS) return;
      if (budget !== this.#last && !budget.account.isHolding) this.#budgets.delete(text);
    }
  }
}

/** Whether a call of such a key needs a reservation. */
export function isLimited(limits: KeyLimits, budget: KeyBudget | undefined): boolean {
  const { requestsPerMinute, tokensPerMinute, concurrent } = limits;
  return (
    budget !== undefined ||
    requestsPerMinute !== undefined ||
    tokensPerMinute !== undefined ||
    concurrent !== undefined
  );
}
