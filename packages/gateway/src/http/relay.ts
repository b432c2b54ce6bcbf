import type { Dialect } from '@postern/dialects';
import type { AnswerHeaders, Exchange, ExchangeSink, UpstreamFailure } from '@postern/upstreams';
import type { ServerResponse } from 'node:http';
import type { GatewayFailure } from '../failure.ts';
import { answerHeaders, contentLength, isEventStream } from '../headers/answer-headers.ts';
import type { AnswerMeter } from '../meter/answer-meter.ts';
import { StreamOpening, type OpeningError } from '../stream/stream-opening.ts';
import { StreamTail } from '../stream/stream-tail.ts';
import { UsageChunkFilter } from '../stream/usage-chunk-filter.ts';
import type { UsageEntry } from '../usage/usage-log.ts';
import { sendFailure } from './send-failure.ts';
import { streamFailure } from './stream-failure.ts';

export interface RelayTask {
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly meter: AnswerMeter;
  /** The usage chunk was asked for by the gateway alone and does not go on to the client. */
  readonly hidesUsage: boolean;
  /** A client that takes nothing for so long is cut off. */
  readonly stallTimeoutMs: number;
  /** A stream in which nothing came for so long gets a ping, so that nobody takes it for dead. */
  readonly pingAfterMs: number;
  /** Called once, when the answer is over on the upstream's side or the client has left. */
  readonly onSettled: (settlement: Settlement) => void;
}

export interface Settlement {
  readonly status: number;
  readonly streamed: boolean;
  readonly ending: UsageEntry['ending'];
}

const CLIENT_LEFT = 499;

/**
 * Hands an upstream's answer on to the client, chunk by chunk as it comes, no faster than the client
 * takes it. The head waits for the first bytes of the body, in a stream for its first real event: what
 * fails before becomes a real status, what fails after an error event.
 */
export class Relay implements ExchangeSink {
  readonly #task: RelayTask;
  #exchange: Exchange | undefined;
  #status = CLIENT_LEFT;
  #headers: AnswerHeaders = {};
  #streamed = false;
  #opening: StreamOpening | undefined;
  #filter: UsageChunkFilter | undefined;
  readonly #tail = new StreamTail();
  #settled = false;
  #stall: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;

  constructor(task: RelayTask) {
    this.#task = task;
  }

  /** Gives the relay the exchange whose sink it is, to slow it down and to stop it. */
  attach(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#settled) exchange.cancel();
  }

  onHead(status: number, headers: AnswerHeaders): void {
    if (this.#settled) return;
    this.#status = status;
    this.#headers = headers;
    this.#streamed = isEventStream(headers);
    this.#task.meter.begin(this.#streamed);
    if (this.#streamed && status < 400) this.#beginStream();
    // Its words may hold part of the key, and the client would think that its own is meant.
    if (status === 401) this.stop({ reason: 'upstream-key-refused' });
  }

  onChunk(chunk: Buffer): void {
    if (this.#settled) return;
    try {
      this.#pass(chunk);
    } catch {
      this.stop({ reason: 'internal' });
    }
  }

  onEnd(): void {
    if (this.#settled) return;
    try {
      this.#finish();
    } catch {
      this.stop({ reason: 'internal' });
    }
  }

  onFailure(failure: UpstreamFailure): void {
    if (!this.#settled) this.#failWith({ reason: 'upstream-failed', failure });
  }

  /** The response has closed. Where the answer was not over, the client has left. */
  close(): void {
    clearTimeout(this.#stall);
    if (this.#settled) return;
    const held = this.#opening?.held;
    if (held !== undefined) this.#task.meter.push(held);
    this.#settle('aborted');
    this.#exchange?.cancel();
  }

  /** Ends the answer from our side. */
  stop(failure: GatewayFailure): void {
    if (this.#settled) return;
    this.#failWith(failure);
    this.#exchange?.cancel();
  }

  #failWith(failure: GatewayFailure): void {
    const { response, dialect, requestId } = this.#task;
    if (!response.headersSent) {
      this.#status = sendFailure(response, dialect, requestId, failure);
    } else if (this.#streamed && this.#tail.endsEvent()) {
      response.end(streamFailure(dialect, requestId, failure));
    } else {
      // In the middle of an event or of a counted body: only a cut connection is not mistaken.
      response.destroy();
    }
    this.#settle('cut');
  }

  #beginStream(): void {
    const { dialect, hidesUsage, pingAfterMs } = this.#task;
    this.#opening = new StreamOpening(dialect);
    if (hidesUsage) this.#filter = new UsageChunkFilter();
    this.#silence = setTimeout(this.#onSilence, pingAfterMs);
  }

  #pass(chunk: Buffer): void {
    this.#silence?.refresh();
    if (this.#opening === undefined) {
      this.#passBytes(chunk);
      return;
    }
    const opening = this.#opening.push(chunk);
    if (opening.state === 'undecided') return;
    this.#opening = undefined;
    if (opening.state === 'open') this.#passBytes(opening.bytes);
    else this.#answerWithError(opening.error);
  }

  /** Lets what was held back go on: nothing more is to be known of it, or nothing more in time. */
  #release(): void {
    const held = this.#opening?.held;
    this.#opening = undefined;
    if (held !== undefined) this.#passBytes(held);
  }

  readonly #onSilence = (): void => {
    // A client that does not take what it has gets no more.
    if (this.#settled || this.#stall !== undefined) return;
    try {
      this.#ping();
      this.#silence?.refresh();
    } catch {
      this.stop({ reason: 'internal' });
    }
  };

  #ping(): void {
    const { response, dialect } = this.#task;
    this.#release();
    if (!response.headersSent) this.#sendHead();
    if (this.#tail.isEmpty || this.#tail.endsEvent()) response.write(dialect.ping);
  }

  #passBytes(chunk: Buffer): void {
    this.#task.meter.push(chunk);
    const out = this.#filter === undefined ? chunk : this.#filter.push(chunk);
    if (out.length > 0) this.#write(out);
  }

  #finish(): void {
    const { response, dialect } = this.#task;
    this.#release();
    const rest = this.#filter?.end();
    if (rest !== undefined && rest.length > 0) this.#write(rest);
    if (!response.headersSent) this.#sendHead();
    response.end();
    if (response.writableLength > 0) this.#stall ??= this.#stallTimer();
    // What broke off politely, without its last event, is not an answer that was paid as a whole.
    const isWhole = !this.#streamed || this.#status >= 400 || this.#tail.isWhole(dialect);
    this.#settle(isWhole ? 'complete' : 'cut');
  }

  /** The stream opened with an error, which becomes the answer. */
  #answerWithError(error: OpeningError): void {
    const { response, dialect, requestId } = this.#task;
    if (error.code === 'UPSTREAM_KEY_REFUSED') {
      this.stop({ reason: 'upstream-key-refused' });
      return;
    }
    const headers = { 'content-type': 'application/json' };
    this.#status = error.status;
    response.writeHead(error.status, answerHeaders(headers, dialect, requestId));
    response.end(error.body);
    this.#settle('cut');
    this.#exchange?.cancel();
  }

  #sendHead(): void {
    const { response, dialect, requestId } = this.#task;
    response.writeHead(this.#status, answerHeaders(this.#headers, dialect, requestId));
  }

  #write(out: Buffer): void {
    const { response } = this.#task;
    if (!response.headersSent) {
      this.#sendHead();
      if (!this.#streamed && contentLength(this.#headers) === out.length) {
        response.end(out);
        return;
      }
    }
    if (this.#streamed) this.#tail.push(out);
    if (!response.write(out)) this.#waitForClient();
  }

  #waitForClient(): void {
    const { response } = this.#task;
    if (this.#stall !== undefined) return;
    this.#exchange?.pause();
    this.#stall = this.#stallTimer();
    response.once('drain', () => {
      clearTimeout(this.#stall);
      this.#stall = undefined;
      this.#silence?.refresh();
      this.#exchange?.resume();
    });
  }

  #stallTimer(): NodeJS.Timeout {
    const { response, stallTimeoutMs } = this.#task;
    return setTimeout(() => response.destroy(), stallTimeoutMs);
  }

  #settle(ending: Settlement['ending']): void {
    this.#settled = true;
    clearTimeout(this.#silence);
    this.#task.onSettled({ status: this.#status, streamed: this.#streamed, ending });
  }
}
