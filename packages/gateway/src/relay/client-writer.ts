import type { Dialect } from '@postern/dialects';
import type { ServerResponse } from 'node:http';
import type { GatewayFailure } from '../failure.ts';
import { answerHeaders } from '../headers/answer-headers.ts';
import type { OpeningError } from '../stream/stream-opening.ts';
import type { ClientHead } from './answer-pipe.ts';
import { sendFailure } from './send-failure.ts';
import { streamFailure } from './stream-failure.ts';

export interface ClientWriterOptions {
  readonly response: ServerResponse;
  /** The one that the client speaks. */
  readonly dialect: Dialect;
  readonly requestId: string;
  /** A client that takes nothing for so long is cut off. */
  readonly stallTimeoutMs: number;
}

/** Where the bytes come from: waits while the client doesn't take what it has. */
export interface Source {
  pause(): void;
  resume(): void;
}

/** The client's side of a call: sends, no faster than the client takes it. */
export class ClientWriter {
  readonly #options: ClientWriterOptions;
  #stall: NodeJS.Timeout | undefined;

  constructor(options: ClientWriterOptions) {
    this.#options = options;
  }

  /** Whether the head has gone out, so that nothing can be begun anew. */
  get hasBegun(): boolean {
    return this.#options.response.headersSent;
  }

  /** Whether the client hasn't taken what it has. */
  get isBlocked(): boolean {
    return this.#stall !== undefined;
  }

  begin({ status, fields }: ClientHead): void {
    this.#options.response.writeHead(status, [...fields]);
  }

  write(out: Buffer | string, source: Source | undefined): void {
    if (!this.#options.response.write(out)) this.#waitForClient(source);
  }

  /** Ends a body whose length the head has told. */
  endWith(out: Buffer): void {
    this.#options.response.end(out);
  }

  end(): void {
    const { response } = this.#options;
    response.end();
    if (response.writableLength > 0) this.#stall ??= this.#stallTimer();
  }

  /** Responds with the error with which a stream opened. */
  sendError({ status, body }: OpeningError): void {
    const { response, dialect, requestId } = this.#options;
    const headers = { 'content-type': 'application/json' };
    response.writeHead(status, answerHeaders(headers, dialect, requestId));
    response.end(body);
  }

  /**
   * Ends with a failure of our own: as a response, as an event if one may follow, else by cutting the
   * connection, because anything else could be taken for content. Gives the status if it was still open.
   */
  fail(failure: GatewayFailure, isBetweenEvents: boolean): number | undefined {
    const { response, dialect, requestId } = this.#options;
    if (!response.headersSent) return sendFailure(response, dialect, requestId, failure);
    if (isBetweenEvents) response.end(streamFailure(dialect, requestId, failure));
    else response.destroy();
    return undefined;
  }

  /** The response has closed. */
  close(): void {
    clearTimeout(this.#stall);
  }

  #waitForClient(source: Source | undefined): void {
    if (this.#stall !== undefined) return;
    source?.pause();
    this.#stall = this.#stallTimer();
    this.#options.response.once('drain', () => {
      clearTimeout(this.#stall);
      this.#stall = undefined;
      source?.resume();
    });
  }

  #stallTimer(): NodeJS.Timeout {
    const { response, stallTimeoutMs } = this.#options;
    return setTimeout(() => response.destroy(), stallTimeoutMs);
  }
}
