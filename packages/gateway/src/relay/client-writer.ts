import type { Dialect } from '@postern/dialects';
import type { ServerResponse } from 'node:http';
import type { BodyCapture } from '../debug/body-capture.ts';
import type { GatewayFailure } from '../failure.ts';
import { answerHeaders } from '../headers/answer-headers.ts';
import { withWarnings, type Warning } from '../headers/warnings-header.ts';
import type { OpeningError } from '../stream/stream-opening.ts';
import type { AnswerPipe, ClientHead } from './answer-pipe.ts';
import { sendFailure } from './send-failure.ts';

export interface ClientWriterOptions {
  readonly response: ServerResponse;
  /** The client's dialect. */
  readonly dialect: Dialect;
  readonly requestId: string;
  /** Disconnects a client that reads nothing for this long. */
  readonly stallTimeoutMs: number;
  /** Added to those of the answer. */
  readonly warnings: readonly Warning[];
  /** Takes the bytes too, if the gateway key is being debugged. */
  readonly capture: BodyCapture | undefined;
}

/** Takes the response to the client. */
export type AnswerWriter = Pick<
  ClientWriter,
  'hasBegun' | 'isBlocked' | 'begin' | 'write' | 'endWith' | 'end' | 'sendError' | 'fail' | 'close'
>;

/** The source of the bytes. It is paused while the client doesn't read. */
export interface Source {
  pause(): void;
  resume(): void;
}

/** Writes the response to the client, at the client's pace. */
export class ClientWriter {
  readonly #options: ClientWriterOptions;
  #stall: NodeJS.Timeout | undefined;

  constructor(options: ClientWriterOptions) {
    this.#options = options;
  }

  /** Whether the head was sent, after which no other response is possible. */
  get hasBegun(): boolean {
    return this.#options.response.headersSent;
  }

  /** Whether written bytes wait for the client to read. */
  get isBlocked(): boolean {
    return this.#stall !== undefined;
  }

  /** Whether the client has disconnected. */
  get isGone(): boolean {
    return this.#options.response.destroyed;
  }

  begin({ status, fields }: ClientHead): void {
    const { response, warnings } = this.#options;
    response.writeHead(status, [...withWarnings(fields, warnings)]);
  }

  write(out: Buffer | string, source: Source | undefined): void {
    const { response, capture } = this.#options;
    capture?.takeResponse(out);
    if (!response.write(out)) this.#waitForClient(source);
  }

  /** Ends a body whose length is in the head. */
  endWith(out: Buffer): void {
    const { response, capture } = this.#options;
    capture?.takeResponse(out);
    response.end(out);
  }

  end(): void {
    const { response } = this.#options;
    response.end();
    if (response.writableLength > 0) this.#stall ??= this.#stallTimer();
  }

  /** Responds with the error with which a stream opened. */
  sendError({ status, body, headers }: OpeningError): void {
    const { response, dialect, requestId, capture } = this.#options;
    const all = { 'content-type': 'application/json', ...headers };
    response.writeHead(status, answerHeaders(all, dialect, requestId));
    capture?.takeResponse(body);
    response.end(body);
  }

  /**
   * Ends with a failure of the gateway: as a response, as an event if the pipe allows one, otherwise by closing
   * the connection, because anything else could look like content. Returns the status if none was sent before.
   */
  fail(failure: GatewayFailure, pipe: Pick<AnswerPipe, 'failureEvent'>): number | undefined {
    const { response, dialect, requestId, capture } = this.#options;
    if (!response.headersSent) return sendFailure(response, dialect, requestId, failure, capture);
    const event = pipe.failureEvent(failure);
    // Bytes that were written just now would be lost without the wait, with the head among them.
    if (event === undefined) setImmediate(() => response.destroy());
    else {
      capture?.takeResponse(event);
      response.end(event);
    }
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
