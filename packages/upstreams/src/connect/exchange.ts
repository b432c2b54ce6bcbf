import type { Buffer } from 'node:buffer';
import type { Secret } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import type { Dispatcher } from 'undici';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { socketFailure, type Phase } from './socket-failure.ts';

/** One HTTP request to a provider. */
export interface ExchangeRequest {
  readonly provider: Provider;
  readonly method: 'GET' | 'POST';
  /** Appended to the provider's base URL: `/v1/messages`, with a query where there is one. */
  readonly path: string;
  /**
   * Lower-case names. Credentials, cookies, hop-by-hop headers and whatever names a client are left
   * out, whoever asks.
   */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | undefined;
  /** Shown in the way of the provider; undefined where it wants none. */
  readonly key: Secret | undefined;
  /** Cancels the request, as `cancel` does. */
  readonly signal?: AbortSignal;
  /** Until the head of the answer; default 5 minutes. */
  readonly headersTimeoutMs?: number;
  /** Between two pieces of the body, while not paused; default 5 minutes. */
  readonly idleTimeoutMs?: number;
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Takes an answer as it comes. `onHead` comes first and once, if the upstream answers at all; exactly
 * one of `onEnd` and `onFailure` comes last. None is called before `exchange` has returned.
 */
export interface ExchangeSink {
  onHead(status: number, headers: AnswerHeaders): void;
  /** The bytes stay valid. */
  onChunk(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

export interface Exchange {
  /** No more chunks after the one at hand, until `resume`; the upstream is slowed down by TCP. */
  pause(): void;
  resume(): void;
  /** Closes the connection to the upstream; the sink hears `cancelled` at once. Idle when over. */
  cancel(): void;
}

/** Sends one request and hands the answer to the sink as it comes. */
export type StartExchange = (request: ExchangeRequest, sink: ExchangeSink) => Exchange;

const CANCELLED: UpstreamFailure = { reason: 'cancelled' };

/** What undici is given to abort with: made once, as a trace of it would tell nothing. */
const ABORT = Object.assign(new Error('cancelled'), { code: 'POSTERN_CANCELLED' });

/** An exchange under way: undici's handler on one side, our sink on the other. */
export class RunningExchange implements Exchange, Dispatcher.DispatchHandler {
  readonly #sink: ExchangeSink;
  readonly #signal: AbortSignal | undefined;
  readonly #viaProxy: boolean;
  #controller: Dispatcher.DispatchController | undefined;
  #phase: Phase = 'connecting';
  #paused = false;
  #over = false;

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
    this.#controller?.resume();
  }

  cancel(): void {
    this.#abort(CANCELLED);
  }

  /** Ends with a failure found before anything was sent, once the caller has the exchange. */
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
    // 1xx announces an answer that is still to come (RFC 9110 §15.2).
    if (this.#over || status < 200) return;
    this.#phase = 'answering';
    if (status >= 300 && status < 400) {
      this.#abort({ reason: 'redirected', status });
      return;
    }
    try {
      this.#sink.onHead(status, headers);
    } catch (fault) {
      this.#stopOnFault(fault);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    try {
      this.#sink.onChunk(chunk);
    } catch (fault) {
      this.#stopOnFault(fault);
    }
  }

  onResponseEnd(): void {
    this.#finish(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#over) this.failSoon(this.#failureOf(error));
  }

  #failureOf(error: Error): UpstreamFailure {
    const failure = socketFailure(error, this.#phase);
    if (this.#phase !== 'connecting') return failure;
    if (failure.reason === 'timeout') return { ...failure, waitingFor: 'connection' };
    // Who could not be reached is the proxy: it alone connects to the upstream.
    const ofProxy = this.#viaProxy && failure.reason === 'unreachable';
    return ofProxy ? { reason: 'proxy-failed', status: undefined } : failure;
  }

  /** undici would take a fault of our own sink for an error of the connection. */
  #stopOnFault(fault: unknown): void {
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

/** Hands a fault to the outermost frame, past everything that would swallow it. */
function rethrow(fault: unknown): void {
  queueMicrotask(() => {
    throw fault;
  });
}
