import type { WireErrorInput } from '../dialect.ts';

/** What both official SDKs obey when they decide about a retry. */
export function retryHeaders(error: WireErrorInput): Readonly<Record<string, string>> {
  const { retryAfterMs, shouldRetry } = error;
  return {
    ...(retryAfterMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
    }),
    ...(shouldRetry !== undefined && { 'x-should-retry': String(shouldRetry) }),
  };
}
