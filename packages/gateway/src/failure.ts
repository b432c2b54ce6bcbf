import type { DialectFailure } from '@postern/dialects';
import { ERROR_CODES, type ErrorCodeName } from '@postern/protocol';
import { describeUpstreamFailure, type UpstreamFailure } from '@postern/upstreams';
import type { BodyFailure } from './body/request-body.ts';
import type { PageFailure } from './http/models-page.ts';
import { describeRefusal } from './limits/describe-refusal.ts';
import type { LimitRefusal } from './limits/limits.ts';
import type { TranslationFailure } from './translate/translate-request.ts';

/** Why the gateway responds with an error of its own. Errors of an upstream are passed on instead. */
export type GatewayFailure =
  | { readonly reason: 'target-invalid' }
  | { readonly reason: 'host-invalid' }
  | { readonly reason: 'host-refused' }
  | { readonly reason: 'origin-refused' }
  | { readonly reason: 'key-required' }
  | { readonly reason: 'endpoint-refused' }
  | { readonly reason: 'route-unknown'; readonly meant?: string }
  | { readonly reason: 'method-not-allowed'; readonly allowed: string }
  | BodyFailure
  | { readonly reason: 'body-encoded' }
  | { readonly reason: 'body-too-large' }
  | { readonly reason: 'body-slow' }
  | { readonly reason: 'overloaded' }
  /** A limit or the budget of the key is used up. */
  | LimitRefusal
  /** Too many requests from the client's address. */
  | { readonly reason: 'address-limited'; readonly retryAfterMs: number }
  | { readonly reason: 'idempotency-key-invalid' }
  /** The idempotency key was used for a different request. */
  | { readonly reason: 'idempotency-different' }
  /** The request with the same idempotency key still runs. */
  | { readonly reason: 'idempotency-running' }
  | { readonly reason: 'draining' }
  | { readonly reason: 'model-unknown' }
  | TranslationFailure
  | PageFailure
  /** The vault has no key for the provider. */
  | { readonly reason: 'upstream-key-missing' }
  /** A person must unlock the vault first. */
  | { readonly reason: 'vault-locked' }
  /** The vault can't be read. */
  | { readonly reason: 'vault-unavailable' }
  | { readonly reason: 'store-unavailable' }
  | { readonly reason: 'upstream-failed'; readonly failure: UpstreamFailure }
  /** Every target of the model failed so often that it isn't called for some time. */
  | { readonly reason: 'upstreams-resting'; readonly retryAfterMs: number }
  /**
   * None of the provider's several credentials can be used. `retryAfterMs`: until the first one can be, 0 if
   * another one can be used at once; undefined if all of them were refused for this request.
   */
  | { readonly reason: 'credentials-exhausted'; readonly retryAfterMs: number | undefined }
  /** The upstream rejected the key. */
  | { readonly reason: 'upstream-key-refused' }
  | { readonly reason: 'internal' };

/** A failure as the client sees it, before it is encoded in a dialect. */
export interface FailureAnswer {
  readonly status: number;
  readonly code: ErrorCodeName;
  readonly message: string;
  /** Milliseconds after which a retry may work. */
  readonly retryAfterMs?: number;
  /** Tells the official SDKs whether to retry, regardless of the status. */
  readonly shouldRetry?: boolean;
  /** The field of the request that is wrong. */
  readonly param?: string;
  /** Whether the request continues a conversation that only another server has. */
  readonly isThreadUnsupported?: boolean;
  /** The `allow` header of a 405. */
  readonly allow?: string;
}

interface Row {
  readonly status: number;
  readonly code: ErrorCodeName;
  /** Replaces the code's own meaning and remedy. */
  readonly message?: string;
  readonly retryAfterMs?: number;
  readonly shouldRetry?: boolean;
}

/** Without this the official SDKs retry every status from 500 up. */
const NO_RETRY = { shouldRetry: false };
const SOON = { retryAfterMs: 1000 };

const invalid = (message: string): Row => ({ status: 400, code: 'REQUEST_INVALID', message });

/** Statuses from RFC 9110 §15 and the APIs' tables of error types. */
const ROWS: Readonly<Record<Exclude<GatewayFailure['reason'], Computed>, Row>> = {
  'target-invalid': invalid("The request target isn't a plain path."),
  'host-invalid': invalid('The Host header is missing or malformed.'),
  'host-refused': { status: 403, code: 'ORIGIN_REFUSED' },
  'origin-refused': { status: 403, code: 'ORIGIN_REFUSED' },
  'endpoint-refused': { status: 403, code: 'GATEWAY_ENDPOINT_REFUSED', ...NO_RETRY },
  'key-required': { status: 401, code: 'GATEWAY_KEY_REQUIRED' },
  'route-unknown': { status: 404, code: 'ROUTE_UNKNOWN' },
  'method-not-allowed': { status: 405, code: 'METHOD_NOT_ALLOWED' },
  'body-malformed': invalid("The body isn't a JSON object."),
  'body-too-deep': invalid('The body is nested too deeply.'),
  'body-ambiguous': invalid('The body repeats a field that determines the route.'),
  'body-encoded': invalid('The body must be sent without a content encoding.'),
  'limit-invalid': invalid('The parameter "limit" must be a number from 1 to 1000.'),
  'page-unknown': invalid('The parameter "after_id" or "before_id" names no model in the list.'),
  'model-missing': invalid('The field "model" must be a non-empty string.'),
  'body-too-large': { status: 413, code: 'REQUEST_TOO_LARGE' },
  'body-slow': { status: 408, code: 'REQUEST_TIMEOUT' },
  overloaded: { status: 429, code: 'GATEWAY_OVERLOADED', ...SOON },
  'idempotency-key-invalid': invalid(
    'The header Idempotency-Key must be sent once, with 1 to 255 printable ASCII characters.',
  ),
  'idempotency-different': { status: 422, code: 'GATEWAY_IDEMPOTENCY_DIFFERENT', ...NO_RETRY },
  'idempotency-running': { status: 409, code: 'GATEWAY_IDEMPOTENCY_RUNNING', ...SOON },
  draining: { status: 503, code: 'GATEWAY_STOPPING', ...SOON },
  'model-unknown': { status: 404, code: 'GATEWAY_MODEL_UNKNOWN' },
  'upstream-key-missing': { status: 503, code: 'UPSTREAM_NO_KEY', ...NO_RETRY },
  'vault-locked': { status: 503, code: 'VAULT_LOCKED', ...NO_RETRY },
  'vault-unavailable': { status: 503, code: 'GATEWAY_VAULT_UNAVAILABLE', ...NO_RETRY },
  'store-unavailable': { status: 503, code: 'GATEWAY_STORE_UNAVAILABLE' },
  'upstreams-resting': { status: 503, code: 'GATEWAY_UPSTREAMS_UNAVAILABLE' },
  'credentials-exhausted': { status: 503, code: 'GATEWAY_CREDENTIALS_EXHAUSTED' },
  'upstream-key-refused': { status: 401, code: 'UPSTREAM_KEY_REFUSED', ...NO_RETRY },
  internal: { status: 500, code: 'INTERNAL' },
};

/** Failures whose rows depend on more than the reason. */
type Computed =
  'upstream-failed' | 'request-untranslatable' | LimitRefusal['reason'] | 'address-limited';

/** Upstream failures that a retry can't fix, or whose status isn't 502. */
const UPSTREAM_ROWS: Readonly<Partial<Record<ErrorCodeName, Omit<Row, 'code'>>>> = {
  UPSTREAM_TIMEOUT: { status: 504 },
  UPSTREAM_INSECURE: { status: 502, ...NO_RETRY },
  UPSTREAM_PLAN_TOKEN: { status: 502, ...NO_RETRY },
  UPSTREAM_CERTIFICATE: { status: 502, ...NO_RETRY },
  UPSTREAM_CERTIFICATE_EXPIRED: { status: 502, ...NO_RETRY },
  UPSTREAM_CERTIFICATE_HOST: { status: 502, ...NO_RETRY },
  UPSTREAM_CERTIFICATE_UNTRUSTED: { status: 502, ...NO_RETRY },
  UPSTREAM_PIN_MISMATCH: { status: 502, ...NO_RETRY },
  UPSTREAM_CA_UNUSABLE: { status: 502, ...NO_RETRY },
  UPSTREAM_HTTP2_ONLY: { status: 502, ...NO_RETRY },
  UPSTREAM_ADDRESS_PRIVATE: { status: 502, ...NO_RETRY },
  UPSTREAM_NOT_LOCAL: { status: 502, ...NO_RETRY },
  UPSTREAM_ADDRESS_FORBIDDEN: { status: 502, ...NO_RETRY },
};

/** Maps a failure to a response. It tells an attacker nothing, and an operator how to fix it. */
export function describeGatewayFailure(failure: GatewayFailure): FailureAnswer {
  if (failure.reason === 'request-untranslatable') return untranslatable(failure.failure);
  const row = rowOf(failure);
  const { meaning, remedy } = ERROR_CODES[row.code];
  const message = row.message ?? `${meaning} ${remedy}`;
  if (failure.reason === 'method-not-allowed') return { ...row, message, allow: failure.allowed };
  if (failure.reason === 'upstreams-resting') {
    return { ...row, message, retryAfterMs: failure.retryAfterMs };
  }
  if (failure.reason === 'credentials-exhausted') return { ...row, message, ...retryOf(failure) };
  if (failure.reason !== 'route-unknown' || failure.meant === undefined) return { ...row, message };
  const hint = `This path isn't served. Use ${failure.meant}: check the base URL of the client.`;
  return { ...row, message: hint };
}

function retryOf({
  retryAfterMs,
}: GatewayFailure & { reason: 'credentials-exhausted' }): Partial<FailureAnswer> {
  if (retryAfterMs === undefined) return NO_RETRY;
  return { retryAfterMs: Math.max(SOON.retryAfterMs, Math.ceil(retryAfterMs)) };
}

function untranslatable({ reason, path, message }: DialectFailure): FailureAnswer {
  const isInvalid = reason === 'malformed' || reason === 'conversation-invalid';
  const { remedy } = ERROR_CODES.GATEWAY_TRANSLATION_UNAVAILABLE;
  return {
    status: 400,
    code: isInvalid ? 'REQUEST_INVALID' : 'GATEWAY_TRANSLATION_UNAVAILABLE',
    message: isInvalid
      ? `Invalid request: ${path}: ${message}.`
      : `Can't translate the request for the model's provider: ${path}: ${message}. ${remedy}`,
    param: path,
    ...(reason === 'thread-unsupported' && { isThreadUnsupported: true }),
  };
}

function rowOf(failure: Exclude<GatewayFailure, { reason: 'request-untranslatable' }>): Row {
  switch (failure.reason) {
    case 'upstream-failed':
      return upstreamRow(failure);
    case 'rate-limited':
    case 'too-many-concurrent':
    case 'budget-spent':
      return describeRefusal(failure);
    case 'address-limited':
      return {
        status: 429,
        code: 'GATEWAY_ADDRESS_LIMITED',
        retryAfterMs: failure.retryAfterMs,
      };
    default:
      return ROWS[failure.reason];
  }
}

function upstreamRow({ failure }: GatewayFailure & { reason: 'upstream-failed' }): Row {
  const { code, message, remedy } = describeUpstreamFailure(failure);
  // Another attempt would wait as long, and the upstream may have charged for this one.
  const isTooSlow = failure.reason === 'timeout' && failure.waitingFor === 'head';
  return {
    status: 502,
    ...UPSTREAM_ROWS[code],
    ...(isTooSlow && NO_RETRY),
    code,
    message: `${message} ${remedy}`,
  };
}
