import type { JsonObject } from '@postern/kernel';
import type { WireError, WireErrorInput } from '../dialect.ts';
import { retryHeaders } from '../errors/retry-headers.ts';
import { sseFrame } from '../sse/sse-frame.ts';

export const REQUEST_ID_HEADER = 'request-id';

const TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

/** The official SDK repeats such a request with the whole conversation. */
const THREAD_UNSUPPORTED = { error_code: 'thread_unsupported_request', unsupported: ['thread'] };

/** `{type: "error", error: {type, message}, request_id}`, and the id also in `request-id`. */
export function encodeError(error: WireErrorInput): WireError {
  return {
    status: error.status,
    headers: { [REQUEST_ID_HEADER]: error.requestId, ...retryHeaders(error) },
    body: {
      type: 'error',
      error: {
        type: error.type ?? typeOf(error.status),
        message: error.message,
        ...(error.isThreadUnsupported === true && { details: THREAD_UNSUPPORTED }),
      },
      request_id: error.requestId,
    },
  };
}

/** The event that ends a stream with an error; no `message_stop` follows it. */
export function errorFrame(body: JsonObject): string {
  return sseFrame('error', body);
}

function typeOf(status: number): string {
  return TYPES.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}
