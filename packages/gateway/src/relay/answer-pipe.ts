import type { AnswerHeaders } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { OpeningError } from '../stream/stream-opening.ts';

/** The head of the response to the client. */
export interface ClientHead {
  readonly status: number;
  /** Names and values, alternating. */
  readonly fields: readonly string[];
  /** The body's length, if known in advance. */
  readonly length: number | undefined;
}

/**
 * Transforms an upstream's response for the client: passes the bytes through (`Passthrough`), or translates
 * them to another dialect. It does no I/O: `UpstreamReader` passes it the received bytes and sends the bytes
 * that it returns, which are empty while it holds them back. Call `begin` or `beginEarly` before every method except
 * `abandon`.
 */
export interface AnswerPipe {
  /** Begins the stream to the client before the upstream's head has come. `begin` may still be called. */
  beginEarly(): void;
  /** Takes the upstream's status and headers. Called once. */
  begin(status: number, headers: AnswerHeaders): void;
  /** The head for the client; read when the first bytes are sent. */
  readonly head: ClientHead;
  /** Whether the response to the client is an event stream. False before `begin`. */
  readonly isStream: boolean;
  /** Takes received bytes and returns the bytes to send now. */
  push(chunk: Buffer): Buffer;
  /** The error with which a stream opened, if nothing was sent yet. It becomes the response. */
  readonly openingError: OpeningError | undefined;
  /** Whether a stream has sent its last event, so that the client's response can end before the upstream's. */
  readonly hasFinished: boolean;
  /** Whether the response ended with a failure, so that the upstream's rest isn't read. */
  readonly hasFailed: boolean;
  /** Returns bytes that are held back until the first event, because the client can't wait any longer. */
  release(): Buffer;
  /** Called when the upstream's response has ended. Returns all bytes that are still held back. */
  end(): Buffer;
  /** After `end`: whether the response had its terminal event, or needs none. */
  readonly isWhole: boolean;
  /** After `end`: whether the client can't know that the response is incomplete. */
  readonly isCut: boolean;
  /** The event that ends the response with this failure; undefined if no event may follow. */
  failureEvent(failure: GatewayFailure): string | undefined;
  /** Whether the bytes returned so far end between two events, so that another event may follow. */
  readonly isBetweenEvents: boolean;
  /** Called when the client has disconnected: held-back bytes count as delivered. */
  abandon(): void;
}
