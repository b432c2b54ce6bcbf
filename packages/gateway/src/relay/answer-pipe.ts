import type { AnswerHeaders } from '@postern/upstreams';
import type { OpeningError } from '../stream/stream-opening.ts';

/** The head of the response to the client. */
export interface ClientHead {
  readonly status: number;
  /** Names and values, alternating. */
  readonly fields: readonly string[];
  /** The body's length if it is known before the body. */
  readonly length: number | undefined;
}

/**
 * What an upstream's answer becomes on its way to the client: the same bytes (`Passthrough`), or those of
 * another dialect. It holds no connection: `UpstreamReader` gives it what came and sends what it gives back,
 * which is empty as long as nothing may go out. Every method but `begin` may be called only after it.
 */
export interface AnswerPipe {
  /** Takes the upstream's head. Called once, and first. */
  begin(status: number, headers: AnswerHeaders): void;
  /** What the client gets; read when the first bytes go out. */
  readonly head: ClientHead;
  /** Whether the client gets a stream of events. False before `begin`. */
  readonly isStream: boolean;
  /** Takes what came and gives what may go out now. */
  push(chunk: Buffer): Buffer;
  /** The error with which a stream opened: it becomes the response, nothing has gone out. */
  readonly openingError: OpeningError | undefined;
  /** Gives what is held back until the first event shows: the client can't wait for it any longer. */
  release(): Buffer;
  /** The upstream has ended its answer; gives everything still held back. */
  end(): Buffer;
  /** After `end`: whether the answer had its final event, or needs none. */
  readonly isWhole: boolean;
  /** Whether what was given so far ends between two events, so that one of our own may follow. */
  readonly isBetweenEvents: boolean;
  /** The client has left: what was held back counts as delivered. May be called before `begin`. */
  abandon(): void;
}
