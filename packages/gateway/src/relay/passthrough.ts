import type { Dialect } from '@postern/dialects';
import type { AnswerHeaders } from '@postern/upstreams';
import { answerHeaders, contentLength, isEventStream } from '../headers/answer-headers.ts';
import type { GatewayFailure } from '../failure.ts';
import type { AnswerMeter } from '../meter/answer-meter.ts';
import { StreamOpening, type OpeningError } from '../stream/stream-opening.ts';
import { StreamEnding } from '../stream/stream-ending.ts';
import { StreamTail } from '../stream/stream-tail.ts';
import { UsageChunkFilter } from '../stream/usage-chunk-filter.ts';
import type { AnswerPipe, ClientHead } from './answer-pipe.ts';
import { LateError } from './late-error.ts';
import { streamFailure } from './stream-failure.ts';

export interface PassthroughOptions {
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly meter: AnswerMeter;
  /** Whether only the gateway requested the usage chunk, so that the client must not get it. */
  readonly hidesUsage: boolean;
  /** Removes the upstream's key from a text that was decoded, in which it may have had another form. */
  readonly redacted: (text: string) => string;
}

const NOTHING = Buffer.alloc(0);
const EVENT_STREAM: AnswerHeaders = { 'content-type': 'text/event-stream; charset=utf-8' };

/** Passes the upstream's bytes through, without the usage chunk if the client didn't request it. */
export class Passthrough implements AnswerPipe {
  readonly #options: PassthroughOptions;
  /** The bytes end when the upstream's do. */
  readonly hasFinished = false;
  readonly #tail = new StreamTail();
  #status = 0;
  #headers: AnswerHeaders = {};
  #isStream = false;
  #opening: StreamOpening | undefined;
  #openingError: OpeningError | undefined;
  #filter: UsageChunkFilter | undefined;
  #ending: StreamEnding | undefined;
  /** Whether the stream began before the upstream's head came, and an error that came then. */
  #isEarly = false;
  #lateError: LateError | undefined;

  constructor(options: PassthroughOptions) {
    this.#options = options;
  }

  beginEarly(): void {
    this.#status = 200;
    this.#headers = EVENT_STREAM;
    this.#isStream = true;
    this.#isEarly = true;
  }

  begin(status: number, headers: AnswerHeaders): void {
    const { dialect, meter, hidesUsage } = this.#options;
    const isStream = isEventStream(headers);
    if (this.#isEarly && (!isStream || status >= 400)) {
      this.#lateError = new LateError(this.#options, status, headers);
      return;
    }
    meter.begin(isStream);
    this.#status = status;
    this.#headers = headers;
    this.#isStream = isStream;
    if (!isStream || status >= 400) return;
    if (!this.#isEarly) this.#opening = new StreamOpening(dialect);
    this.#ending = new StreamEnding(dialect);
    if (hidesUsage) this.#filter = new UsageChunkFilter();
  }

  get head(): ClientHead {
    const { dialect, requestId } = this.#options;
    return {
      status: this.#status,
      fields: answerHeaders(this.#headers, dialect, requestId),
      length: this.#isStream ? undefined : contentLength(this.#headers),
    };
  }

  get isStream(): boolean {
    return this.#isStream;
  }

  get openingError(): OpeningError | undefined {
    return this.#openingError;
  }

  push(chunk: Buffer): Buffer {
    if (this.#lateError !== undefined) return this.#lateError.push(chunk);
    if (this.#opening === undefined) return this.#pass(chunk);
    const opening = this.#opening.push(chunk);
    if (opening.state === 'undecided') return NOTHING;
    this.#opening = undefined;
    if (opening.state === 'open') return this.#pass(opening.bytes);
    this.#openingError = opening.error;
    return NOTHING;
  }

  release(): Buffer {
    const held = this.#opening?.held;
    this.#opening = undefined;
    return held === undefined ? NOTHING : this.#pass(held);
  }

  end(): Buffer {
    if (this.#lateError !== undefined) return this.#lateError.end();
    const released = this.release();
    const rest = this.#filter?.end() ?? NOTHING;
    if (rest.length === 0) return released;
    this.#sent(rest);
    return released.length === 0 ? rest : Buffer.concat([released, rest]);
  }

  get isWhole(): boolean {
    return !this.#isStream || this.#status >= 400 || this.#options.meter.hasTerminalEvent;
  }

  /** Other failures of the upstream are part of the bytes. */
  get hasFailed(): boolean {
    return this.#lateError?.isOver === true;
  }

  get isCut(): boolean {
    return !this.isWhole && this.#ending?.isCut() === true;
  }

  failureEvent(failure: GatewayFailure): string | undefined {
    const { dialect, requestId } = this.#options;
    return this.isBetweenEvents ? streamFailure(dialect, requestId, failure) : undefined;
  }

  get isBetweenEvents(): boolean {
    return this.#isStream && (this.#tail.isEmpty || this.#tail.endsEvent());
  }

  abandon(): void {
    const held = this.#opening?.held;
    if (held !== undefined) this.#options.meter.push(held);
  }

  #pass(chunk: Buffer): Buffer {
    this.#options.meter.push(chunk);
    const out = this.#filter === undefined ? chunk : this.#filter.push(chunk);
    if (this.#isStream && out.length > 0) this.#sent(out);
    return out;
  }

  #sent(bytes: Buffer): void {
    this.#tail.push(bytes);
    this.#ending?.push(bytes);
  }
}
