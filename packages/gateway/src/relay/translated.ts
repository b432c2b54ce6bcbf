import type { AnswerEncoder, Dialect } from '@postern/dialects';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type AnswerFailure,
  type FoldedAnswer,
  type ModelAnswer,
  type ProviderId,
} from '@postern/protocol';
import { answerForm, headerReader, type AnswerForm, type AnswerHeaders } from '@postern/upstreams';
import { describeGatewayFailure, type GatewayFailure } from '../failure.ts';
import { translatedHeaders } from '../headers/answer-headers.ts';
import { WARNINGS_HEADER, warningsValue, type Warning } from '../headers/warnings-header.ts';
import type { EventMeter } from '../meter/event-meter.ts';
import type { OpeningError } from '../stream/stream-opening.ts';
import {
  StreamReading,
  UnreadableReading,
  WholeReading,
  type AnswerReading,
  type ReadingOptions,
} from '../translate/decode-answer.ts';
import { answerErrorOf, errorResponse, type WireResponse } from '../translate/encode-failure.ts';
import { SignatureMarks } from '../translate/provider-signatures.ts';
import type { TranslatedRequest } from '../translate/translate-request.ts';
import type { AnswerPipe, ClientHead } from './answer-pipe.ts';

export interface TranslatedOptions {
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly provider: ProviderId;
  readonly requestId: string;
  readonly request: Omit<TranslatedRequest, 'body'>;
  readonly meter: EventMeter;
  readonly nowMs: number;
  /** Removes the upstream's key from a text that was decoded, in which it may have had another form. */
  readonly redacted: (text: string) => string;
  /** As `redacted`, for the events of the answer. */
  readonly redactedEvents: (event: AnswerEvent) => readonly AnswerEvent[];
}

const NOTHING = Buffer.alloc(0);
/** The rest of a longer error isn't read. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Translates the upstream's response to the client's dialect: events as they arrive, or one JSON value. A
 * stream is held back until its first part, its end or its failure. A failure before that becomes the
 * response.
 */
export class Translated implements AnswerPipe {
  readonly #options: TranslatedOptions;
  /** A decoder ends every stream with an event. */
  readonly isCut = false;
  readonly #marks: SignatureMarks;
  #status = 0;
  #headers: AnswerHeaders = {};
  /** Undefined for a response with an error status. */
  #reading: AnswerReading | undefined;
  #error: Buffer[] = [];
  #errorBytes = 0;
  /** Undefined if the client gets one JSON value. */
  #encoder: AnswerEncoder | undefined;
  /** Events that are held back, and whether some may still be. */
  #held: AnswerEvent[] = [];
  #isOpen = false;
  #whole: FoldedAnswer = EMPTY_ANSWER;
  #response: WireResponse | undefined;
  #openingError: OpeningError | undefined;
  #end: 'finish' | 'failure' | undefined;

  constructor(options: TranslatedOptions) {
    this.#options = options;
    this.#marks = new SignatureMarks(options.provider);
  }

  beginEarly(): void {
    this.#encoder = this.#newEncoder();
    this.#isOpen = true;
  }

  begin(status: number, headers: AnswerHeaders): void {
    const { upstream, request, meter } = this.#options;
    this.#status = status;
    this.#headers = headers;
    if (status >= 400) return;
    meter.begin();
    if (request.streams) this.#encoder ??= this.#newEncoder();
    const form = answerForm(headers, request.streams);
    const options: ReadingOptions = {
      dialect: upstream,
      toolNames: request.toolNames,
      headers: headerReader(headers),
    };
    this.#reading = readingOf(form, options);
  }

  get head(): ClientHead {
    const { client, requestId, request } = this.#options;
    if (this.#response === undefined) {
      const warnings = warningFields(request.warnings);
      const fields = translatedHeaders(client, requestId, undefined, warnings);
      return { status: 200, fields, length: undefined };
    }
    const { status, headers, body, warnings } = this.#response;
    const all = warningFields([...request.warnings, ...warnings]);
    const own = [...Object.entries(headers).flat(), ...all];
    const fields = translatedHeaders(client, requestId, body.length, own);
    return { status, fields, length: body.length };
  }

  get isStream(): boolean {
    return this.#encoder !== undefined;
  }

  get openingError(): OpeningError | undefined {
    return this.#openingError;
  }

  get hasFinished(): boolean {
    return this.#encoder !== undefined && this.#end === 'finish';
  }

  get hasFailed(): boolean {
    return this.#end === 'failure';
  }

  push(chunk: Buffer): Buffer {
    this.#options.meter.takeBytes(chunk.length);
    if (this.#reading !== undefined) return this.#emitAll(this.#reading.push(chunk));
    this.#keepError(chunk);
    return NOTHING;
  }

  release(): Buffer {
    return bytesOf(this.#openStream());
  }

  end(): Buffer {
    if (this.#reading !== undefined) return this.#emitAll(this.#reading.end());
    const { client, upstream, requestId, redacted } = this.#options;
    const text = Buffer.concat(this.#error).toString();
    const reader = headerReader(this.#headers);
    const { message, ...failure } = upstream.decodeError(this.#status, reader, text);
    if (this.#isOpen) return bytesOf(this.#fail({ ...failure, message }));
    this.#response = errorResponse(
      client,
      requestId,
      answerErrorOf({ ...failure, message: redacted(message) }, this.#status, reader),
    );
    return this.#response.body;
  }

  get isWhole(): boolean {
    return this.#encoder === undefined || this.#end === 'finish';
  }

  get isBetweenEvents(): boolean {
    return this.#encoder !== undefined;
  }

  failureEvent(failure: GatewayFailure): string | undefined {
    if (this.#encoder === undefined || this.#end !== undefined) return undefined;
    const { code, message } = describeGatewayFailure(failure);
    this.#end = 'failure';
    return this.#encoder.push({ kind: 'failure', failure: { code, message } });
  }

  abandon(): void {
    // Events are metered as they are decoded.
  }

  #newEncoder(): AnswerEncoder {
    const { client, upstream, request, nowMs } = this.#options;
    const { estimatedInputTokens, includeUsage, tools } = request;
    return client.answerEncoder({
      from: upstream.id,
      createdAtMs: nowMs,
      estimatedInputTokens,
      includeUsage,
      tools,
    });
  }

  #keepError(chunk: Buffer): void {
    if (this.#errorBytes >= MAX_ERROR_BYTES) return;
    this.#error.push(chunk.subarray(0, MAX_ERROR_BYTES - this.#errorBytes));
    this.#errorBytes += chunk.length;
  }

  #emitAll(events: readonly AnswerEvent[]): Buffer {
    const wasOver = this.#end !== undefined;
    let out = '';
    const { redactedEvents } = this.#options;
    for (const event of events.flatMap(redactedEvents)) out += this.#emit(event);
    // A whole response comes with its last event.
    return wasOver || this.#response === undefined ? bytesOf(out) : this.#response.body;
  }

  #emit(decoded: AnswerEvent): string {
    if (this.#end !== undefined) return '';
    const event = this.#marks.marked(decoded);
    this.#options.meter.take(event);
    if (event.kind === 'failure') return this.#fail(event.failure);
    if (event.kind === 'finish') this.#end = 'finish';
    if (this.#encoder === undefined) {
      this.#whole = foldAnswer(this.#whole, event);
      if (event.kind === 'finish') this.#answerWhole();
      return '';
    }
    if (!this.#isOpen && (event.kind === 'start' || event.kind === 'usage')) {
      this.#held.push(event);
      return '';
    }
    const before = this.#openStream();
    const frames = this.#encoder.push(event);
    return event.kind === 'finish'
      ? before + warningsComment(this.#encoder.warnings()) + frames
      : before + frames;
  }

  #openStream(): string {
    const encoder = this.#encoder;
    if (this.#isOpen || encoder === undefined) return '';
    this.#isOpen = true;
    const held = this.#held;
    this.#held = [];
    return held.map((event) => encoder.push(event)).join('');
  }

  #fail(failure: AnswerFailure): string {
    const { client, requestId, redacted } = this.#options;
    const shielded = { ...failure, message: redacted(failure.message) };
    this.#end = 'failure';
    if (this.#isOpen) return this.#encoder?.push({ kind: 'failure', failure: shielded }) ?? '';
    const reader = headerReader(this.#headers);
    const response = errorResponse(client, requestId, answerErrorOf(shielded, 200, reader));
    const { status, headers, body } = response;
    this.#openingError = { status, headers, body: body.toString(), code: failure.code };
    return '';
  }

  #answerWhole(): void {
    const { client, request, nowMs } = this.#options;
    const { value, warnings } = client.encodeAnswer(wholeAnswer(this.#whole), {
      createdAtMs: nowMs,
      tools: request.tools,
    });
    const body = Buffer.from(JSON.stringify(value));
    this.#response = { status: 200, headers: {}, body, warnings };
  }
}

function readingOf(form: AnswerForm | undefined, options: ReadingOptions): AnswerReading {
  if (form === 'stream') return new StreamReading(options);
  return form === 'whole' ? new WholeReading(options) : new UnreadableReading();
}

function bytesOf(text: string): Buffer {
  return text === '' ? NOTHING : Buffer.from(text);
}

function wholeAnswer(folded: FoldedAnswer): ModelAnswer {
  const { id = '', model = '', parts, usage, stopReason, stopSequence, extra } = folded;
  return {
    id,
    model,
    parts,
    usage,
    stopReason,
    ...(stopSequence !== undefined && { stopSequence }),
    ...(extra !== undefined && { extra }),
  };
}

function warningFields(warnings: readonly Warning[]): readonly string[] {
  const value = warningsValue(warnings);
  return value === undefined ? [] : [WARNINGS_HEADER, value];
}

/** What is known only at the end of a stream is a comment in it, which clients ignore. */
function warningsComment(warnings: readonly Warning[]): string {
  const value = warningsValue(warnings);
  return value === undefined ? '' : `: ${WARNINGS_HEADER}: ${value}\n\n`;
}
