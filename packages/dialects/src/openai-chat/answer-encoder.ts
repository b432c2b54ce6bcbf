import type { JsonObject } from '@postern/kernel';
import type { AnswerEvent, AnswerFailure, Usage } from '@postern/protocol';
import { AnswerWarnings } from '../answer-warnings.ts';
import type { AnswerEncoder, AnswerStreamMeta, EncodeWarning } from '../dialect.ts';
import { failureStatus } from '../errors/failure-status.ts';
import { extraFields, objectOf } from '../json/read-json.ts';
import { sseFrame } from '../sse/sse-frame.ts';
import { completionId, DELTA_FIELDS } from './answer.ts';
import { DeltaStream } from './delta-stream.ts';
import { encodeError, errorFrame } from './encode-error.ts';
import { OPENAI_CHAT } from './limits.ts';
import { encodeStopReason } from './stop-reason.ts';
import { encodeUsage } from './usage.ts';

type Finish = Extract<AnswerEvent, { kind: 'finish' }>;

/** A comment, because the dialect has no ping event (WHATWG HTML, §9.2.6). */
export const PING = ': ping\n\n';
const DONE = 'data: [DONE]\n\n';

/**
 * Encodes an answer as a stream of `POST /chat/completions`: the role first, the finish reason once, a
 * usage chunk if it was requested, and `[DONE]` last. An error ends the stream without `[DONE]`.
 */
export function answerEncoder(meta: AnswerStreamMeta): AnswerEncoder {
  return new Encoder(meta);
}

class Encoder implements AnswerEncoder {
  readonly #meta: AnswerStreamMeta;
  readonly #deltas = new DeltaStream();
  /** The fields that all chunks have. */
  #head: JsonObject = {};
  #usage: Usage = {};
  #isRefusedInWords = false;
  readonly #warnings = new AnswerWarnings(DELTA_FIELDS);
  #ended = false;

  constructor(meta: AnswerStreamMeta) {
    this.#meta = meta;
  }

  push(event: AnswerEvent): string {
    if (this.#ended) return '';
    this.#warnings.takeEvent(event);
    switch (event.kind) {
      case 'start':
        return this.#start(event.id, event.model);
      case 'part-start':
        if (event.part.kind === 'refusal') this.#isRefusedInWords = true;
        return this.#deltaChunk(this.#deltas.start(event.index, event.part));
      case 'part-delta':
        return this.#deltaChunk(this.#deltas.add(event.index, event.delta));
      case 'part-end':
        return '';
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return '';
      case 'finish':
        this.#ended = true;
        return this.#finish(event);
      case 'failure':
        this.#ended = true;
        return fail(event.failure);
    }
  }

  warnings(): readonly EncodeWarning[] {
    return this.#warnings.list();
  }

  ping(): string {
    return this.#ended ? '' : PING;
  }

  #start(id: string, model: string): string {
    this.#head = {
      id: completionId(id, this.#meta.from),
      object: 'chat.completion.chunk',
      created: Math.floor(this.#meta.createdAtMs / 1000),
      model,
    };
    return this.#chunk({ role: 'assistant', content: '' }, null);
  }

  #deltaChunk(delta: JsonObject | undefined): string {
    return delta === undefined ? '' : this.#chunk(delta, null);
  }

  #chunk(delta: JsonObject, finishReason: string | null): string {
    const choices = [{ index: 0, delta, finish_reason: finishReason }];
    return sseFrame(undefined, { ...this.#head, choices });
  }

  #finish({ stopReason, extra }: Finish): string {
    const reason = encodeStopReason(stopReason, this.#isRefusedInWords);
    const rest = objectOf(extraFields(OPENAI_CHAT, extra)['usage']);
    const usage = sseFrame(undefined, {
      ...this.#head,
      choices: [],
      usage: encodeUsage(this.#usage, rest),
    });
    const counted = this.#meta.includeUsage === true ? usage : '';
    return this.#deltaChunk(this.#deltas.end()) + this.#chunk({}, reason) + counted + DONE;
  }
}

function fail({ code, message }: AnswerFailure): string {
  const error = { status: failureStatus(code), message, code, requestId: '' };
  return errorFrame(encodeError(error).body);
}
