import { failed, ok, type Result } from '@postern/kernel';
import type { IncomingMessage } from 'node:http';
import type { Shares } from '../admit/shares.ts';

export interface BodyLimits {
  /** The largest request body. */
  readonly maxBodyBytes: number;
  /** The longest time from the first byte of a body to its last. */
  readonly bodyTimeoutMs: number;
  /** The memory for the bodies of all requests together, including incomplete ones. */
  readonly bodyMemoryBytes: number;
}

export type ReadFailure =
  | { readonly reason: 'body-too-large' }
  | { readonly reason: 'body-slow' }
  | { readonly reason: 'overloaded' };

/** The memory reserved for a request before its first byte, and the overhead of each piece. */
const REQUEST_BYTES = 64 * 1024;
const PIECE_BYTES = 256;

/** A request's body, and the memory that is reserved for it until it is released. */
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
   * Collects the body and calls `done` once. It never calls it if the client disconnects before the end; the
   * response closes then. A body over the limit or the key's share is refused immediately.
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

  /** Releases the body's memory. */
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
 * Reads and discards the rest of the body, so that a client that is still sending can read the response.
 * Disconnects a client that sends more than `maxBytes` or takes longer than five seconds.
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
