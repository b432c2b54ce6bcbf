import type { JsonObject } from '@postern/kernel';
import type { WireError, WireErrorInput } from '../dialect.ts';
import { retryHeaders } from '../errors/retry-headers.ts';
import { sseFrame } from '../sse/sse-frame.ts';

export const REQUEST_ID_HEADER = 'x-request-id';

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'insufficient_quota'],
  [403, 'permission_error'],
  [429, 'rate_limit_error'],
]);

/**
 * `{error: {message, type, param, code}}`, and the id in `x-request-id`. OpenAI has no 529, so
 * overload becomes 503.
 */
export function encodeError(error: WireErrorInput): WireError {
  const status = error.status === 529 ? 503 : error.status;
  return {
    status,
    headers: { [REQUEST_ID_HEADER]: error.requestId, ...retryHeaders(error) },
    body: {
      error: {
        message: error.message,
        type: error.type ?? typeOf(status),
        param: error.param ?? null,
        code: error.code ?? null,
      },
    },
  };
}

/** An error in a stream is an event like any other; no `[DONE]` follows it. */
export function errorFrame(body: JsonObject): string {
  return sseFrame(undefined, body);
}

function typeOf(status: number): string {
  return TYPES.get(status) ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
}
