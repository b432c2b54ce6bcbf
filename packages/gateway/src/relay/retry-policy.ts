import type { AnswerHeaders } from '@postern/upstreams';
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

/**
 * Whether a call makes another attempt. If not, the client gets the error. Called only before anything was sent
 * to the client.
 *
 * @param attempts The number of attempts so far.
 */
export type RetryPolicy = (end: EarlyEnd, attempts: number) => boolean;

export const neverRetry: RetryPolicy = () => false;
