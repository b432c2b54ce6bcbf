import type { WireErrorInput } from '../dialect.ts';

/** The headers that both official SDKs follow when they decide whether to retry. */
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
