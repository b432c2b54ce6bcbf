import type { AnswerHeaders, Exchange, ExchangeSink, UpstreamFailure } from '@postern/upstreams';
import type { GatewayFailure } from '../failure.ts';
import type { UsageEntry } from '../usage/usage-log.ts';
import type { AnswerPipe } from './answer-pipe.ts';
import type { ClientWriter, Source } from './client-writer.ts';
import type { EarlyEnd } from './retry-policy.ts';

export interface UpstreamReaderTask {
  readonly pipe: AnswerPipe;
  readonly writer: ClientWriter;
  /** A frame without meaning, in the client's dialect. */
  readonly ping: string;
  /** A stream in which nothing came for so long gets a ping, so that nobody takes it for dead. */
  readonly pingAfterMs: number;
  /**
   * Asked while nothing has gone out to the client, instead of responding with what went wrong. True
   * gives this attempt up: nothing more is written, and `onEnd` tells.
   */
  readonly givesUp: (end: EarlyEnd) => boolean;
  /** Called once: with the outcome, or with undefined if the attempt was given up. */
  readonly onEnd: (outcome: Outcome | undefined) => void;
}

/** How a response ended, for the record. */
export interface Outcome {
  readonly status: number;
  readonly streamed: boolean;
  readonly ending: UsageEntry['ending'];
}

const CLIENT_LEFT = 499;
const KEY_REFUSED: GatewayFailure = { reason: 'upstream-key-refused' };

/**
 * The upstream's side of one attempt: reads its answer through a pipe into the client's writer, chunk by
 * chunk as it comes. The head waits for the first bytes that the pipe gives: what fails before becomes a real
 * status or another attempt, what fails after an error event.
 */
export class UpstreamReader implements ExchangeSink, Source {
  readonly #task: UpstreamReaderTask;
  #exchange: Exchange | undefined;
  #status = CLIENT_LEFT;
  #isOver = false;
  #silence: NodeJS.Timeout | undefined;

  constructor(task: UpstreamReaderTask) {
    this.#task = task;
  }

  /** Gives the reader the exchange whose sink it is, to slow it down and to stop it. */
  attach(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#isOver) exchange.cancel();
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
    if (status >= 400 && this.#givesUp({ reason: 'status', status, headers })) return;
    const { pipe, pingAfterMs } = this.#task;
    this.#status = status;
    pipe.begin(status, headers);
    if (pipe.isStream && status < 400) this.#silence = setTimeout(this.#onSilence, pingAfterMs);
    // Its words may hold part of the key, and the client would think that its own is meant.
    if (status === 401) this.stop(KEY_REFUSED);
  }

  onChunk(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#silence?.refresh();
      const { pipe } = this.#task;
      this.#write(pipe.push(chunk));
      if (pipe.openingError !== undefined) this.#refuse(pipe.openingError);
    } catch {
      this.stop({ reason: 'internal' });
    }
  }

  onEnd(): void {
    if (this.#isOver) return;
    try {
      const { pipe, writer } = this.#task;
      this.#write(pipe.end());
      if (!writer.hasBegun) writer.begin(pipe.head);
      writer.end();
      // A stream closed without its final event is not a whole answer.
      this.#end(pipe.isWhole ? 'complete' : 'cut');
    } catch {
      this.stop({ reason: 'internal' });
    }
  }

  onFailure(upstreamFailure: UpstreamFailure): void {
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

  /** Ends the answer from our side. */
  stop(failure: GatewayFailure): void {
    if (this.#isOver) return;
    this.#fail(failure);
    this.#exchange?.cancel();
  }

  #fail(failure: GatewayFailure): void {
    const { pipe, writer } = this.#task;
    this.#status = writer.fail(failure, pipe.isBetweenEvents) ?? this.#status;
    this.#end('cut');
  }

  /** The stream opened with an error, which becomes the response. */
  #refuse(error: NonNullable<AnswerPipe['openingError']>): void {
    if (this.#givesUp({ reason: 'opening-error', error })) return;
    if (error.code === 'UPSTREAM_KEY_REFUSED') {
      this.stop(KEY_REFUSED);
      return;
    }
    this.#status = error.status;
    this.#task.writer.sendError(error);
    this.#end('cut');
    this.#exchange?.cancel();
  }

  #givesUp(end: EarlyEnd): boolean {
    if (this.#task.writer.hasBegun || !this.#task.givesUp(end)) return false;
    this.#isOver = true;
    clearTimeout(this.#silence);
    this.#exchange?.cancel();
    this.#task.onEnd(undefined);
    return true;
  }

  readonly #onSilence = (): void => {
    const { pipe, writer, ping } = this.#task;
    // A client that doesn't take what it has gets no more.
    if (this.#isOver || writer.isBlocked) return;
    try {
      this.#write(pipe.release());
      if (!writer.hasBegun) writer.begin(pipe.head);
      if (pipe.isBetweenEvents) writer.write(ping, this);
      this.#silence?.refresh();
    } catch {
      this.stop({ reason: 'internal' });
    }
  };

  #write(out: Buffer): void {
    if (out.length === 0) return;
    const { pipe, writer } = this.#task;
    if (!writer.hasBegun) {
      const { head } = pipe;
      writer.begin(head);
      if (head.length === out.length) {
        writer.endWith(out);
        return;
      }
    }
    writer.write(out, this);
  }

  #end(ending: Outcome['ending']): void {
    this.#isOver = true;
    clearTimeout(this.#silence);
    const streamed = this.#task.pipe.isStream;
    this.#task.onEnd({ status: this.#status, streamed, ending });
  }
}
