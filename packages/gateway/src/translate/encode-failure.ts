import {
  failureStatus,
  type Dialect,
  type EncodeWarning,
  type HeaderReader,
} from '@postern/dialects';
import type { AnswerFailure, ErrorCodeName } from '@postern/protocol';

/** A response in the client's dialect, ready to be sent. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly warnings: readonly EncodeWarning[];
}

/** An upstream's error as the client gets it. */
export interface AnswerError extends AnswerFailure {
  readonly status: number;
  /** The upstream's `x-should-retry`. */
  readonly shouldRetry?: boolean;
}

/** The upstream's response can't be used, which isn't the client's fault. */
const BAD_GATEWAY: ReadonlySet<ErrorCodeName> = new Set(['UPSTREAM_MALFORMED', 'UPSTREAM_CUT']);
/** Failures for which dialects have different statuses. */
const EXACT: ReadonlySet<ErrorCodeName> = new Set(['UPSTREAM_BILLING', 'UPSTREAM_OVERLOADED']);

/** @param status The upstream's status; 200 for an error inside an answer. */
export function answerErrorOf(
  failure: AnswerFailure,
  status: number,
  headers: HeaderReader,
): AnswerError {
  const retry = headers.get('x-should-retry');
  return {
    ...failure,
    status: statusOf(failure.code, status),
    ...((retry === 'true' || retry === 'false') && { shouldRetry: retry === 'true' }),
  };
}

function statusOf(code: ErrorCodeName, status: number): number {
  if (status >= 400 && !EXACT.has(code)) return status;
  return BAD_GATEWAY.has(code) ? 502 : failureStatus(code);
}

export function errorResponse(
  dialect: Dialect,
  requestId: string,
  error: AnswerError,
): WireResponse {
  const { status, headers, body } = dialect.encodeError({ ...error, requestId });
  return { status, headers, body: Buffer.from(JSON.stringify(body)), warnings: [] };
}
