import type { HeaderReader } from '../dialect.ts';

/** Longer waits are ignored. */
const MAX_MS = 24 * 60 * 60 * 1000;

/**
 * Milliseconds until a retry may work, from `retry-after-ms` or `retry-after` (RFC 9110 §10.2.3:
 * seconds, or a date, which is compared with the response's `date`).
 */
export function retryAfterMs(headers: HeaderReader): number | undefined {
  const milliseconds = amount(headers.get('retry-after-ms'));
  if (milliseconds !== undefined) return bounded(milliseconds);
  const retryAfter = headers.get('retry-after');
  const seconds = amount(retryAfter);
  if (seconds !== undefined) return bounded(seconds * 1000);
  const until = Date.parse(retryAfter ?? '');
  const now = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(until) || Number.isNaN(now) ? undefined : bounded(until - now);
}

function amount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function bounded(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), MAX_MS);
}
