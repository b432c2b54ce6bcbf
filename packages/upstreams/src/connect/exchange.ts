import { Buffer } from 'node:buffer';
import type { AnswerEvent, Provider } from '@postern/protocol';
import type { Credential } from '../credential.ts';
import type { Dispatcher } from 'undici';
import { AnswerRedactor } from '../redact/answer-redactor.ts';
import type { KeyRedactor } from '../redact/key-redactor.ts';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { socketFailure, type Phase } from './socket-failure.ts';

/** One HTTP request to a provider. */
export interface ExchangeRequest {
  readonly provider: Provider;
  readonly method: 'GET' | 'POST';
  /** Appended to the provider's base URL: `/v1/messages`, with a query if there is one. */
  readonly path: string;
  /**
   * Lower-case names. Credentials, cookies, hop-by-hop headers and headers that identify a client are always
   * dropped.
   */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | undefined;
  /** Undefined if the provider wants none. */
  readonly credential: Credential | undefined;
  /** Cancels the request, as `cancel` does. */
  readonly signal?: AbortSignal;
  /** The timeout for the head of the response. Default: 5 minutes. */
  readonly headersTimeoutMs?: number;
  /** The timeout between two chunks of the body, while not paused. Default: 5 minutes. */
  readonly idleTimeoutMs?: number;
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Receives a response as it arrives, without the secret of its request. If there is a response, `onHead` is called
 * once, first. Exactly one of `onEnd` and `onFailure` is called last. None is called before `exchange` returns.
 */
export interface ExchangeSink {
  onHead(status: number, headers: AnswerHeaders): void;
  /** The bytes of one read from the upstream's socket. They stay valid. */
  onChunk(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

export interface Exchange {
  /** Stops chunks until `resume`, except a last one with the end. TCP slows the upstream down. */
  pause(): void;
  resume(): void;
  /** Closes the connection and reports `cancelled` to the sink at once. Does nothing after the end. */
  cancel(): void;
  /** A text that was decoded from the answer, without the secret that was shown for it. */
  redacted(text: string): string;
  /** What to use instead of the next event that was decoded from the answer, without that secret. */
  redactedEvents(event: AnswerEvent): readonly AnswerEvent[];
}

/** Sends one request and passes the response to the sink as it arrives. */
export type StartExchange = (request: ExchangeRequest, sink: ExchangeSink) => Exchange;

/** The largest status code that is valid (RFC 9110 §15). */
const MAX_STATUS = 599;

const CANCELLED: UpstreamFailure = { reason: 'cancelled' };

/** The error for aborting undici's request. Created once, because its stack trace isn't useful. */
const ABORT = Object.assign(new Error('cancelled'), { code: 'POSTERN_CANCELLED' });

/** A running exchange, which connects undici's handler to the sink. */
export class RunningExchange implements Exchange, Dispatcher.DispatchHandler {
  readonly #sink: ExchangeSink;
  readonly #signal: AbortSignal | undefined;
  readonly #viaProxy: boolean;
  #redactor: KeyRedactor | undefined;
  #answerRedactor: AnswerRedactor | undefined;
  #credential: Credential | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #phase: Phase = 'connecting';
  #paused = false;
  #over = false;
  #arrived: Buffer[] = [];

  constructor(sink: ExchangeSink, signal: AbortSignal | undefined, viaProxy: boolean) {
    this.#sink = sink;
    this.#viaProxy = viaProxy;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => {
    this.cancel();
  };

  pause(): void {
    if (this.#over) return;
    this.#paused = true;
    this.#controller?.pause();
  }

  resume(): void {
    if (this.#over) return;
    this.#paused = false;
    if (this.#arrived.length > 0) queueMicrotask(this.#deliver);
    this.#controller?.resume();
  }

  cancel(): void {
    this.#abort(CANCELLED);
  }

  redacted(text: string): string {
    return this.#redactor?.text(text) ?? text;
  }

  redactedEvents(event: AnswerEvent): readonly AnswerEvent[] {
    return this.#answerRedactor?.push(event) ?? [event];
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** What is shown to the upstream; called before anything is sent. */
  shows(credential: Credential, redactor: KeyRedactor | undefined): void {
    this.#credential = credential;
    this.#redactor = redactor;
    this.#answerRedactor = redactor && new AnswerRedactor(redactor.key);
  }

  /** Ends with a failure that was found before anything was sent, after the caller has got the exchange. */
  failSoon(failure: UpstreamFailure): void {
    queueMicrotask(() => {
      this.#finish(failure);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#phase = 'sent';
    if (this.#over) controller.abort(ABORT);
    else if (this.#paused) controller.pause();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: AnswerHeaders,
  ): void {
    // The final response comes after a 1xx (RFC 9110 §15.2).
    if (this.#over || status < 200) return;
    this.#phase = 'answering';
    if (status === 401) this.#credential?.refused();
    if (status >= 300 && status < 400) {
      this.#abort({ reason: 'redirected', status });
      return;
    }
    if (status > MAX_STATUS) {
      this.#abort({ reason: 'malformed' });
      return;
    }
    if (isCompressed(headers)) {
      this.#abort({ reason: 'compressed' });
      return;
    }
    try {
      this.#sink.onHead(status, this.#redacted(headers));
    } catch (fault) {
      this.stopOnFault(fault);
    }
  }

  #redacted(headers: AnswerHeaders): AnswerHeaders {
    const redactor = this.#redactor;
    if (redactor === undefined) return headers;
    const clean: Record<string, string | string[] | undefined> = {};
    for (const name in headers) {
      const value = headers[name];
      clean[name] = typeof value === 'string' ? redactor.text(value) : value?.map(redactor.text);
    }
    return clean;
  }

  /** Joins the chunks of one socket read, which undici delivers one by one in the same turn. */
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over && this.#arrived.push(chunk) === 1) queueMicrotask(this.#deliver);
  }

  readonly #deliver = (): void => {
    const [first] = this.#arrived;
    if (first === undefined || this.#over || this.#paused) return;
    const chunk = this.#arrived.length === 1 ? first : Buffer.concat(this.#arrived);
    this.#arrived = [];
    this.#give(this.#redactor === undefined ? chunk : this.#redactor.push(chunk));
  };

  #give(chunk: Buffer): void {
    if (chunk.length === 0) return;
    try {
      this.#sink.onChunk(chunk);
    } catch (fault) {
      this.stopOnFault(fault);
    }
  }

  onResponseEnd(): void {
    this.#deliverRest();
    this.#finish(undefined);
  }

  #deliverRest(): void {
    this.#paused = false;
    this.#deliver();
    const rest = this.#over ? undefined : this.#redactor?.end();
    if (rest !== undefined) this.#give(rest);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#deliverRest();
    this.failSoon(this.#failureOf(error));
  }

  #failureOf(error: Error): UpstreamFailure {
    const failure = socketFailure(error, this.#phase);
    if (this.#phase !== 'connecting') return failure;
    if (failure.reason === 'timeout') return { ...failure, waitingFor: 'connection' };
    // It's the proxy that couldn't be reached, because only the proxy connects to the upstream.
    const ofProxy = this.#viaProxy && failure.reason === 'unreachable';
    return ofProxy ? { reason: 'proxy-failed', status: undefined } : failure;
  }

  /** Handles exceptions of our own, which undici would treat as connection errors. */
  stopOnFault(fault: unknown): void {
    rethrow(fault);
    this.#abort(CANCELLED);
  }

  #abort(failure: UpstreamFailure): void {
    if (this.#over) return;
    this.#finish(failure);
    this.#controller?.abort(ABORT);
  }

  #finish(failure: UpstreamFailure | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    try {
      if (failure === undefined) this.#sink.onEnd();
      else this.#sink.onFailure(failure);
    } catch (fault) {
      rethrow(fault);
    }
  }
}

/** Whether the body has a coding other than chunked, so that it can't be searched for the key. */
function isCompressed(headers: AnswerHeaders): boolean {
  const coding = headers['content-encoding'] ?? 'identity';
  const framing = headers['transfer-encoding'] ?? 'chunked';
  return !/^identity$/i.test(String(coding)) || !/^chunked$/i.test(String(framing));
}

/** Rethrows an exception where nothing catches it. */
function rethrow(fault: unknown): void {
  queueMicrotask(() => {
    throw fault;
  });
}
