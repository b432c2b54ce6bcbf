import type { AnswerHeaders } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { OpeningError } from '../stream/stream-opening.ts';

/** What went wrong with an attempt of which the client has seen nothing. */
export type EarlyEnd =
  /** No answer came: not connected, timed out, broken off. */
  | { readonly reason: 'failure'; readonly failure: GatewayFailure }
  /** An answer with a status of 400 or more, its body not read. */
  | { readonly reason: 'status'; readonly status: number; readonly headers: AnswerHeaders }
  /** A stream whose first event is an error. */
  | { readonly reason: 'opening-error'; readonly error: OpeningError };

/**
 * Whether a call makes another attempt; otherwise the client gets what went wrong. Asked only while nothing
 * has gone out to the client.
 *
 * @param attempts How many were made so far.
 */
export type RetryPolicy = (end: EarlyEnd, attempts: number) => boolean;

export const neverRetry: RetryPolicy = () => false;
