import type { ErrorCodeName } from '@postern/protocol';

const STATUSES: Readonly<Partial<Record<ErrorCodeName, number>>> = {
  UPSTREAM_REQUEST_REFUSED: 400,
  UPSTREAM_KEY_REFUSED: 401,
  UPSTREAM_BILLING: 402,
  UPSTREAM_FORBIDDEN: 403,
  UPSTREAM_NOT_FOUND: 404,
  UPSTREAM_TOO_LARGE: 413,
  UPSTREAM_RATE_LIMITED: 429,
  UPSTREAM_TIMEOUT: 504,
  UPSTREAM_OVERLOADED: 529,
};

/** The HTTP status that a failure inside a stream would have as a response of its own. */
export function failureStatus(code: ErrorCodeName): number {
  return STATUSES[code] ?? 500;
}
