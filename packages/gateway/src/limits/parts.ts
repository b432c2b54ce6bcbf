import type { KeyLimits } from '@postern/protocol';
import type { BudgetPeriods } from '../budget/budget-periods.ts';
import type { Account, Shortage } from './account.ts';
import type { KeyAccounts } from './key-accounts.ts';
import type { Actual, LimitOwner, LimitRefusal, ReservationRequest } from './limits.ts';
import type { RateAccount } from './rate-account.ts';

/** A part of a reservation: an amount of one account. */
export interface Part {
  readonly account: Account;
  /** Set for a rate limit, whose state the response shows. */
  readonly rate?: { readonly kind: 'requests' | 'tokens'; readonly account: RateAccount };
  readonly amount: number;
  readonly limit: number;
  /** Whether raises of the key's budget add to the limit. */
  readonly isRaised?: true;
  /** What counts as used in the end. */
  readonly actual: (actual: Actual) => number;
  readonly refusal: (shortage: Shortage) => LimitRefusal;
}

/** The parts that a call needs for the limits of its key, or for those of all keys. */
export function limitParts(
  accounts: KeyAccounts,
  { requestsPerMinute, tokensPerMinute, concurrent }: KeyLimits,
  { estimate }: Pick<ReservationRequest, 'estimate'>,
  owner: LimitOwner,
): readonly Part[] {
  const parts: Part[] = [];
  if (requestsPerMinute !== undefined) {
    const rate = { owner, kind: 'requests', account: accounts.requests } as const;
    parts.push(ratePart(rate, 1, requestsPerMinute, () => 1));
  }
  if (tokensPerMinute !== undefined && estimate.tokens > 0) {
    const rate = { owner, kind: 'tokens', account: accounts.tokens } as const;
    parts.push(ratePart(rate, estimate.tokens, tokensPerMinute, (actual) => actual.tokens));
  }
  if (concurrent !== undefined) {
    parts.push({
      account: accounts.concurrent,
      amount: 1,
      limit: concurrent,
      actual: () => 0,
      refusal: () => ({ reason: 'too-many-concurrent', owner }),
    });
  }
  return parts;
}

function ratePart(
  { owner, kind, account }: NonNullable<Part['rate']> & { readonly owner: LimitOwner },
  amount: number,
  limit: number,
  actual: Part['actual'],
): Part {
  return {
    account,
    rate: { kind, account },
    amount,
    limit,
    actual,
    refusal: ({ retryAfterMs }) => ({
      reason: 'rate-limited',
      owner,
      limit: kind,
      retryAfterMs,
      state: account.state,
    }),
  };
}

/** The part that a call needs of its key's budget. A call that costs nothing needs none, even if it is spent. */
export function budgetParts(
  accounts: KeyAccounts,
  { budget, estimate, atMs }: ReservationRequest,
  periods: BudgetPeriods,
): readonly Part[] {
  if (budget === undefined || estimate.costMicroUsd === 0) return [];
  const { account, period } = accounts.budgetAt(atMs, budget, periods);
  return [
    {
      account,
      amount: estimate.costMicroUsd,
      limit: budget.amountMicroUsd,
      isRaised: true,
      actual: ({ costMicroUsd }) => costMicroUsd,
      refusal: ({ available }) => ({
        reason: 'budget-spent',
        budget,
        leftMicroUsd: available,
        neededMicroUsd: estimate.costMicroUsd,
        resetsAtMs: Number.isFinite(period.endMs) ? period.endMs : undefined,
      }),
    },
  ];
}
