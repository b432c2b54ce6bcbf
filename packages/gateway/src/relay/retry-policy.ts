import { retryAfterMs } from '@postern/dialects';
import { headerReader, type AnswerHeaders, type UpstreamFailure } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { OpeningError } from '../stream/stream-opening.ts';

/** Why an attempt failed before anything was sent to the client. */
export type EarlyEnd =
  /** No response: not connected, timed out, or cut off. */
  | { readonly reason: 'failure'; readonly failure: GatewayFailure }
  /** A response with a status of 400 or more. Its body isn't read. */
  | { readonly reason: 'status'; readonly status: number; readonly headers: AnswerHeaders }
  /** A stream whose first event is an error. */
  | { readonly reason: 'opening-error'; readonly error: OpeningError };

/** What a failed attempt means for the next one. */
export interface Verdict {
  /**
   * `no`: every attempt would fail. `elsewhere`: this target would fail again, another one may work. `same`: this
   * target has another credential.
   */
  readonly retry: 'no' | 'elsewhere' | 'again' | 'same';
  /** Whether the provider failed, which counts for its circuit breaker. */
  readonly isFault: boolean;
  /** How long the provider asks to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** The request is wrong, or this gateway can't serve it at all. */
const NEVER: Verdict = { retry: 'no', isFault: false };
/** This target can't serve the request, which isn't a failure of its provider. */
const ELSEWHERE: Verdict = { retry: 'elsewhere', isFault: false };
/** The provider doesn't work, and won't in a moment. */
const BROKEN: Verdict = { retry: 'elsewhere', isFault: true };
/** The provider asks to try again. */
const BUSY: Verdict = { retry: 'again', isFault: false };
/** The provider fails for the moment. */
const FAULT: Verdict = { retry: 'again', isFault: true };

/**
 * By status. Others from 400 to 499 are the client's errors, which every provider would repeat; others from
 * 500 on are failures of the provider (520 to 524: of the proxy in front of it, 529: overloaded).
 */
const BY_STATUS: ReadonlyMap<number, Verdict> = new Map([
  // The key is refused, has no credit or may not use the model: another provider has another key.
  [401, ELSEWHERE],
  [402, ELSEWHERE],
  [403, ELSEWHERE],
  // The provider waited too long for the request.
  [408, BUSY],
  // Both SDKs retry it: the provider couldn't get a lock in time.
  [409, BUSY],
  // Too early (RFC 8470): the request is to be sent again.
  [425, BUSY],
  [429, BUSY],
  // Not implemented, HTTP version: not a state that passes, and nothing is broken.
  [501, ELSEWHERE],
  [505, ELSEWHERE],
]);

const BY_UPSTREAM_FAILURE: Readonly<Record<UpstreamFailure['reason'], Verdict>> = {
  unreachable: FAULT,
  timeout: FAULT,
  cut: FAULT,
  malformed: FAULT,
  compressed: BROKEN,
  redirected: BROKEN,
  certificate: BROKEN,
  // The configuration or this network is wrong, which may not concern the next target.
  'address-invalid': ELSEWHERE,
  'address-insecure': ELSEWHERE,
  'address-private': ELSEWHERE,
  'address-forbidden': ELSEWHERE,
  'not-local': ELSEWHERE,
  'ca-unusable': ELSEWHERE,
  'pins-too-few': ELSEWHERE,
  'endpoint-incomplete': ELSEWHERE,
  'provider-fixed': ELSEWHERE,
  'key-missing': ELSEWHERE,
  'plan-token': ELSEWHERE,
  'key-unsendable': ELSEWHERE,
  'proxy-invalid': ELSEWHERE,
  'proxy-password-missing': ELSEWHERE,
  'proxy-failed': ELSEWHERE,
  'too-large': NEVER,
  cancelled: NEVER,
};

/** Failures of the gateway itself that another target may not have. */
const ELSEWHERE_REASONS: ReadonlySet<GatewayFailure['reason']> = new Set([
  'upstream-key-missing',
  'upstream-key-refused',
  'request-untranslatable',
]);

export function verdictOf(end: EarlyEnd): Verdict {
  switch (end.reason) {
    case 'failure':
      return ofFailure(end.failure);
    case 'status':
      return ofStatus(end.status, end.headers);
    case 'opening-error':
      return ofStatus(end.error.status, end.error.headers ?? {});
  }
}

function ofFailure(failure: GatewayFailure): Verdict {
  if (failure.reason === 'credentials-exhausted') {
    const { retryAfterMs: waitMs } = failure;
    if (waitMs === undefined) return ELSEWHERE;
    return waitMs === 0
      ? { retry: 'same', isFault: false }
      : { retry: 'again', isFault: false, retryAfterMs: waitMs };
  }
  if (failure.reason === 'upstream-failed') {
    const { failure: upstream } = failure;
    // The wait for a head is minutes long already.
    const isSlow = upstream.reason === 'timeout' && upstream.waitingFor === 'head';
    return isSlow ? BROKEN : BY_UPSTREAM_FAILURE[upstream.reason];
  }
  return ELSEWHERE_REASONS.has(failure.reason) ? ELSEWHERE : NEVER;
}

function ofStatus(status: number, headers: AnswerHeaders): Verdict {
  const verdict = BY_STATUS.get(status) ?? (status >= 500 ? FAULT : NEVER);
  if (verdict.retry === 'no') return verdict;
  const read = headerReader(headers);
  // The provider speaks for itself and not for the other targets.
  const retry = read.get('x-should-retry') === 'false' ? 'elsewhere' : verdict.retry;
  return { ...verdict, retry, retryAfterMs: retryAfterMs(read) };
}
