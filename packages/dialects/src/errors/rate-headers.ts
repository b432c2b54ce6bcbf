import type { Dialect } from '../dialect.ts';

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`; the reset is a duration, such as `1.2s`. */
export const openaiRateHeaders: Dialect['rateHeaders'] = (kind, state) => [
  [`x-ratelimit-limit-${kind}`, String(state.limit)],
  [`x-ratelimit-remaining-${kind}`, String(state.remaining)],
  [`x-ratelimit-reset-${kind}`, `${state.resetMs / 1000}s`],
];

/** `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`; the reset is a time (RFC 3339). */
export const anthropicRateHeaders: Dialect['rateHeaders'] = (kind, state, nowMs) => [
  [`anthropic-ratelimit-${kind}-limit`, String(state.limit)],
  [`anthropic-ratelimit-${kind}-remaining`, String(state.remaining)],
  [`anthropic-ratelimit-${kind}-reset`, new Date(nowMs + state.resetMs).toISOString()],
];
