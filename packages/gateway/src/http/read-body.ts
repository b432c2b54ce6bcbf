import { failed, ok, type Result } from '@postern/kernel';
import type { IncomingMessage } from 'node:http';
import type { Shares } from '../admit/shares.ts';

export interface BodyLimits {
  /** Largest request body. */
  readonly maxBodyBytes: number;
  /** From the first byte of the body to its last. */
  readonly bodyTimeoutMs: number;
  /** Memory for the bodies of all requests together, those that are still coming included. */
  readonly bodyMemoryBytes: number;
}

export type ReadFailure =
  | { readonly reason: 'body-too-large' }
  | { readonly reason: 'body-slow' }
  | { readonly reason: 'overloaded' };

/** What a request takes before its first byte has come, and what a piece takes beside its bytes. */
const REQUEST_BYTES = 64 * 1024;
const PIECE_BYTES = 256;

/** A request's body, and the memory that it takes until it is let go. */
export class BodyReader {
  readonly #limits: BodyLimits;
  readonly #memory: Shares;
  readonly #key: string;
  #taken = 0;

  constructor(limits: BodyLimits, memory: Shares, key: string) {
    this.#limits = limits;
    this.#memory = memory;
    this.#key = key;
  }

  /**
   * Collects the body and calls `done` once, or never where the client leaves before the end (the
   * response closes then). What is over the cap or the key's share is refused as soon as it shows.
   */
  read(
    request: IncomingMessage,
    done: (pieces: Result<readonly Buffer[], ReadFailure>) => void,
  ): void {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (body: Result<readonly Buffer[], ReadFailure>): void => {
      clearTimeout(timer);
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onClose);
      done(body);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > this.#limits.maxBodyBytes) settle(failed({ reason: 'body-too-large' }));
      else if (!this.#take(chunk.length + PIECE_BYTES)) settle(failed({ reason: 'overloaded' }));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle(ok(chunks));
    };
    const onClose = (): void => {
      clearTimeout(timer);
    };
    const timer = setTimeout(() => {
      settle(failed({ reason: 'body-slow' }));
    }, this.#limits.bodyTimeoutMs);
    if (!this.#take(REQUEST_BYTES)) {
      settle(failed({ reason: 'overloaded' }));
      return;
    }
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onClose);
  }

  /** The body is not needed any more. */
  letGo(): void {
    this.#memory.give(this.#key, this.#taken);
    this.#taken = 0;
  }

  #take(bytes: number): boolean {
    if (!this.#memory.take(this.#key, bytes)) return false;
    this.#taken += bytes;
    return true;
  }
}

const DISCARD_TIMEOUT_MS = 5000;

/**
 * Reads on without keeping anything, so that a client still sending gets to see the answer; one that
 * sends more than `maxBytes` or takes longer than five seconds is cut off.
 */
export function discardBody(request: IncomingMessage, maxBytes: number): void {
  if (request.complete || request.destroyed) return;
  let length = 0;
  const timer = setTimeout(() => request.destroy(), DISCARD_TIMEOUT_MS);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) request.destroy();
  });
  request.once('close', () => {
    clearTimeout(timer);
  });
  request.resume();
}
