import type { AnswerEvent } from '@postern/protocol';
import type { AnswerHeaders, Exchange, ExchangeSink, UpstreamFailure } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { CallTimer } from '../http/call-timer.ts';
import type { UsageEntry } from '../usage/usage-log.ts';
import type { AnswerPipe } from './answer-pipe.ts';
import type { AnswerWriter, Source } from './client-writer.ts';
import type { EarlyEnd } from './retry-policy.ts';

export interface UpstreamReaderTask {
  readonly pipe: AnswerPipe;
  readonly writer: AnswerWriter;
  readonly timer: Pick<CallTimer, 'respond'>;
  /** The response header with the upstream's own id of the request. */
  readonly upstreamIdHeader: string;
  /** A keep-alive frame in the client's dialect. */
  readonly ping: string;
  /** Sends a ping into a stream that is silent for this long, so that clients and proxies don't time out. */
  readonly pingAfterMs: number;
  /** Begins the stream to the client if no head came for this long; undefined if it requested no stream. */
  readonly streamHeadAfterMs: number | undefined;
  /**
   * Called with an error that the upstream sent instead of an answer. Returns what the client gets instead of it;
   * undefined for the error itself.
   */
  readonly replaced: (end: EarlyEnd) => GatewayFailure | undefined;
  /**
   * Called with an error before anything was sent to the client. If it returns true, the attempt is given up:
   * nothing is written, and `onEnd` gets undefined.
   */
  readonly givesUp: (end: EarlyEnd) => boolean;
  /**
   * Called once: when the upstream's response begins at the client, or with the failure that came instead after
   * the response had begun with pings.
   */
  readonly onAnswer: (failure?: EarlyEnd) => void;
  /** Called once: with the outcome, or with undefined if the attempt was given up. */
  readonly onEnd: (outcome: Outcome | undefined) => void;
}

/** How a response ended, for the usage log. */
export interface Outcome {
  readonly status: number;
  readonly streamed: boolean;
  readonly ending: UsageEntry['ending'];
  /** The upstream's own id of the request, if it sent one. */
  readonly upstreamRequestId?: string;
}

const CLIENT_LEFT = 499;
/** How long an upstream may take to end its response after the last event. */
const REST_TIMEOUT_MS = 1000;
const CUT: GatewayFailure = { reason: 'upstream-failed', failure: { reason: 'cut' } };

/**
 * Reads the upstream's response of one attempt and writes it through a pipe to the client, chunk by chunk. The
 * head is sent with the first bytes from the pipe. A failure before that becomes an error status or another
 * attempt; a failure after it becomes an error event.
 */
export class UpstreamReader implements ExchangeSink, Source {
  readonly #task: UpstreamReaderTask;
  #exchange: Exchange | undefined;
  #status = CLIENT_LEFT;
  #upstreamRequestId: string | undefined;
  /** What the client gets instead of the upstream's error. */
  #replacement: GatewayFailure | undefined;
  #hasHead = false;
  #isAnswered = false;
  #isOver = false;
  #silence: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;

  constructor(task: UpstreamReaderTask) {
    this.#task = task;
  }

  /** Sets the exchange whose sink this is, to pause and cancel it. */
  attach(exchange: Exchange): void {
    this.#exchange = exchange;
    const { streamHeadAfterMs } = this.#task;
    if (this.#isOver) exchange.cancel();
    else if (streamHeadAfterMs !== undefined) {
      this.#silence = setTimeout(this.#onNoHead, streamHeadAfterMs);
    }
  }

  /** As `Exchange.redacted`. */
  redacted(text: string): string {
    return this.#exchange?.redacted(text) ?? text;
  }

  /** As `Exchange.redactedEvents`. */
  redactedEvents(event: AnswerEvent): readonly AnswerEvent[] {
    return this.#exchange?.redactedEvents(event) ?? [event];
  }

  pause(): void {
    this.#exchange?.pause();
  }

  resume(): void {
    this.#silence?.refresh();
    this.#exchange?.resume();
  }

  onHead(status: number, headers: AnswerHeaders): void {
    if (this.#isOver) return;
    if (status >= 400 && this.#givesUpFor({ reason: 'status', status, headers })) return;
    const { pipe, writer, pingAfterMs, upstreamIdHeader } = this.#task;
    if (!writer.hasBegun) this.#status = status;
    this.#upstreamRequestId = requestIdIn(headers, upstreamIdHeader);
    clearTimeout(this.#silence);
    this.#hasHead = true;
    if (writer.hasBegun && status < 400) this.#answered();
    pipe.begin(status, headers);
    if (pipe.openingError !== undefined) {
      this.#refuse(pipe.openingError);
      return;
    }
    if (pipe.isStream && status < 400) this.#silence = setTimeout(this.#onSilence, pingAfterMs);
    if (this.#replacement !== undefined) this.stop(this.#replacement);
  }

  onChunk(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#silence?.refresh();
      this.#task.timer.respond(() => {
        this.#write(this.#task.pipe.push(chunk));
      });
      this.#endIfOver();
    } catch {
      this.stop({ reason: 'internal' });
    }
  }

  onEnd(): void {
    clearTimeout(this.#rest);
    if (this.#isOver) return;
    try {
      const { pipe, writer } = this.#task;
      const rest = this.#task.timer.respond(() => pipe.end());
      if (pipe.isCut && !writer.hasBegun) {
        this.onFailure({ reason: 'cut' });
        return;
      }
      this.#task.timer.respond(() => {
        this.#write(rest);
      });
      if (this.#endIfOver()) return;
      if (!writer.hasBegun) this.#begin();
      if (pipe.isCut) {
        this.#fail(CUT);
        return;
      }
      writer.end();
      // A stream that was closed without its terminal event is incomplete.
      this.#end(pipe.isWhole ? 'complete' : 'cut');
    } catch {
      this.stop({ reason: 'internal' });
    }
  }

  onFailure(upstreamFailure: UpstreamFailure): void {
    clearTimeout(this.#rest);
    if (this.#isOver) return;
    const failure = { reason: 'upstream-failed', failure: upstreamFailure } as const;
    if (!this.#givesUp({ reason: 'failure', failure })) this.#fail(failure);
  }

  /** The response has closed. If the answer wasn't over, the client has left. */
  close(): void {
    if (this.#isOver) return;
    this.#task.pipe.abandon();
    this.#end('aborted');
    this.#exchange?.cancel();
  }

  /** Ends the response with a failure of the gateway. */
  stop(failure: GatewayFailure): void {
    if (this.#isOver) return;
    this.#fail(failure);
    this.#exchange?.cancel();
  }

  #fail(failure: GatewayFailure): void {
    const { pipe, writer } = this.#task;
    this.#status = writer.fail(failure, pipe) ?? this.#status;
    this.#end('cut');
  }

  /**
   * Ends the response if it failed or has its last event; returns whether it did. After the last event, the rest
   * of the upstream's response is received for a moment, so that the connection can be kept.
   */
  #endIfOver(): boolean {
    const { pipe, writer } = this.#task;
    if (pipe.openingError !== undefined) {
      this.#refuse(pipe.openingError);
      return true;
    }
    if (!pipe.hasFailed && !pipe.hasFinished) return false;
    writer.end();
    this.#end(pipe.hasFailed ? 'cut' : 'complete');
    if (pipe.hasFailed) this.#exchange?.cancel();
    else this.#rest = setTimeout(() => this.#exchange?.cancel(), REST_TIMEOUT_MS).unref();
    return true;
  }

  /** The stream opened with an error, which becomes the response. */
  #refuse(error: NonNullable<AnswerPipe['openingError']>): void {
    if (this.#givesUpFor({ reason: 'opening-error', error })) return;
    if (this.#replacement !== undefined) {
      this.stop(this.#replacement);
      return;
    }
    this.#status = error.status;
    this.#task.writer.sendError(error);
    this.#end('cut');
    this.#exchange?.cancel();
  }

  /** The upstream sent an error instead of an answer. */
  #givesUpFor(error: EarlyEnd): boolean {
    const failure = this.#task.replaced(error);
    this.#replacement = failure;
    return this.#givesUp(failure === undefined ? error : { reason: 'failure', failure });
  }

  #givesUp(end: EarlyEnd): boolean {
    if (this.#task.writer.hasBegun) {
      this.#answered(end);
      return false;
    }
    if (!this.#task.givesUp(end)) return false;
    this.#isOver = true;
    clearTimeout(this.#silence);
    this.#exchange?.cancel();
    this.#task.onEnd(undefined);
    return true;
  }

  readonly #onNoHead = (): void => {
    const { pipe, pingAfterMs } = this.#task;
    this.#silence = setTimeout(this.#onSilence, pingAfterMs);
    try {
      pipe.beginEarly();
      this.#onSilence();
    } catch {
      this.stop({ reason: 'internal' });
    }
  };

  readonly #onSilence = (): void => {
    const { pipe, writer, ping } = this.#task;
    // A client that doesn't read gets no pings.
    if (this.#isOver || writer.isBlocked) return;
    try {
      this.#write(pipe.release());
      if (!writer.hasBegun) this.#begin();
      if (pipe.isBetweenEvents) writer.write(ping, this);
      this.#silence?.refresh();
    } catch {
      this.stop({ reason: 'internal' });
    }
  };

  #write(out: Buffer): void {
    if (out.length === 0) return;
    const { writer } = this.#task;
    if (!writer.hasBegun && this.#begin() === out.length) {
      writer.endWith(out);
      return;
    }
    writer.write(out, this);
  }

  /** Sends the head, and returns the length of the body if that is known. */
  #begin(): number | undefined {
    const { pipe, writer } = this.#task;
    const { head } = pipe;
    this.#status = head.status;
    writer.begin(head);
    if (this.#hasHead) this.#answered();
    return head.length;
  }

  #answered(failure?: EarlyEnd): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#task.onAnswer(failure);
  }

  #end(ending: Outcome['ending']): void {
    this.#isOver = true;
    clearTimeout(this.#silence);
    const streamed = this.#task.pipe.isStream;
    const id = this.#upstreamRequestId;
    this.#task.onEnd({
      status: this.#status,
      streamed,
      ending,
      ...(id !== undefined && { upstreamRequestId: id }),
    });
  }
}

const PLAIN_ID = /^[\w.:-]{1,128}$/;

/** Ids are logged, so an id with other characters than these isn't recorded. */
function requestIdIn(headers: AnswerHeaders, name: string): string | undefined {
  const id = headers[name];
  return typeof id === 'string' && PLAIN_ID.test(id) ? id : undefined;
}
