import type { ErrorCodeName } from '@postern/protocol';
import { usdText } from '../prices/usd-text.ts';
import type { LimitRefusal } from './limits.ts';

export interface RefusalAnswer {
  readonly status: number;
  readonly code: ErrorCodeName;
  /** Replaces the code's own meaning and remedy. */
  readonly message?: string;
  readonly retryAfterMs?: number;
  readonly shouldRetry?: boolean;
}

const CONCURRENCY_RETRY_MS = 1000;

/** The response to a call that the limits of its key, or of all keys, don't allow. */
export function describeRefusal(refusal: LimitRefusal): RefusalAnswer {
  switch (refusal.reason) {
    case 'rate-limited':
      return describeRate(refusal);
    case 'budget-spent':
      return describeBudget(refusal);
    case 'too-many-concurrent':
      return {
        status: 429,
        code: refusal.owner === 'key' ? 'GATEWAY_KEY_CONCURRENCY' : 'GATEWAY_TOTAL_CONCURRENCY',
        retryAfterMs: CONCURRENCY_RETRY_MS,
      };
  }
}

function describeRate(refusal: LimitRefusal & { reason: 'rate-limited' }): RefusalAnswer {
  const { owner, limit, retryAfterMs, state } = refusal;
  const code = owner === 'key' ? 'GATEWAY_RATE_LIMITED' : 'GATEWAY_TOTAL_RATE_LIMITED';
  const row = { status: 429, code } as const;
  const allowed = `${owner === 'key' ? 'The key' : 'All keys together'} may use ${state.limit} ${limit} per minute`;
  if (retryAfterMs === undefined) {
    const message = `${allowed}, and this request needs more. Send a shorter request, or set a lower max_tokens.`;
    return { ...row, message, shouldRetry: false };
  }
  const seconds = Math.ceil(retryAfterMs / 1000);
  return { ...row, message: `${allowed}. Retry in ${seconds} s.`, retryAfterMs };
}

/** 402, because clients that don't know `x-should-retry` retry a 429. */
function describeBudget(refusal: LimitRefusal & { reason: 'budget-spent' }): RefusalAnswer {
  const { budget, leftMicroUsd, neededMicroUsd, resetsAtMs } = refusal;
  const period = budget.period === 'total' ? 'in total' : `per ${budget.period}`;
  const left = `${usdText(leftMicroUsd)} of ${usdText(budget.amountMicroUsd)} ${period} is left`;
  const reset =
    resetsAtMs === undefined ? '' : ` The budget resets at ${new Date(resetsAtMs).toISOString()}.`;
  return {
    status: 402,
    code: 'GATEWAY_BUDGET_SPENT',
    message: `The key's budget doesn't cover this request: ${left}, and it may cost ${usdText(neededMicroUsd)}.${reset} Ask for a higher budget, or set a lower max_tokens.`,
    shouldRetry: false,
  };
}
