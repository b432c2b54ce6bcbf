import type { JsonObject } from '@postern/kernel';
import type { AnswerEvent, AnswerFailure, Usage } from '@postern/protocol';
import { AnswerWarnings, type AnswerFields } from '../answer-warnings.ts';
import type { AnswerEncoder, AnswerStreamMeta, EncodeWarning } from '../dialect.ts';
import { failureStatus } from '../errors/failure-status.ts';
import { extraFields, otherFields, jsonObject, objectOf } from '../json/read-json.ts';
import { sseFrame } from '../sse/sse-frame.ts';
import { ANSWER_FIELDS, messageId } from './answer.ts';
import { BlockStream, hasBlock } from './block-stream.ts';
import { encodeError, errorFrame } from './encode-error.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';
import { encodeStopReason } from './stop-reason.ts';
import { encodeUsage } from './usage.ts';

type Finish = Extract<AnswerEvent, { kind: 'finish' }>;

const STREAM_FIELDS: AnswerFields = {
  ...ANSWER_FIELDS,
  holdsPart: (part) => ANSWER_FIELDS.holdsPart(part) && hasBlock(part),
};

/** Byte for byte as the API sends it. */
export const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/**
 * Encodes an answer as a stream of `POST /v1/messages`: one `message_start`, the blocks in
 * sequence, one `message_delta` with the latest counts, and `message_stop`. A failure ends it with `error`.
 */
export function answerEncoder(meta: AnswerStreamMeta): AnswerEncoder {
  return new Encoder(meta);
}

class Encoder implements AnswerEncoder {
  readonly #meta: AnswerStreamMeta;
  readonly #blocks = new BlockStream();
  /** The start event. It is sent with the next event, so that it can include counts that follow it. */
  #beginning: { readonly id: string; readonly model: string } | undefined;
  #usage: Usage = {};
  readonly #warnings = new AnswerWarnings(STREAM_FIELDS);
  #ended = false;

  constructor(meta: AnswerStreamMeta) {
    this.#meta = meta;
  }

  push(event: AnswerEvent): string {
    if (this.#ended) return '';
    this.#warnings.takeEvent(event);
    switch (event.kind) {
      case 'start':
        this.#beginning = event;
        return '';
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return '';
      case 'part-start':
        return this.#begin() + this.#blocks.start(event.index, event.part);
      case 'part-delta':
        return this.#begin() + this.#blocks.add(event.index, event.delta);
      case 'part-end':
        return this.#blocks.end(event.index);
      case 'finish':
        this.#ended = true;
        return this.#begin() + this.#blocks.endAll() + this.#finish(event);
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

  #begin(): string {
    if (this.#beginning === undefined) return '';
    const { id, model } = this.#beginning;
    this.#beginning = undefined;
    const inputTokens = this.#usage.inputTokens ?? this.#meta.estimatedInputTokens ?? 0;
    return sseFrame('message_start', {
      type: 'message_start',
      message: {
        id: messageId(id, this.#meta.from),
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: encodeUsage({ ...this.#usage, inputTokens }),
      },
    });
  }

  #finish({ stopReason, stopSequence, extra }: Finish): string {
    const { usage, ...fields } = extraFields(ANTHROPIC_MESSAGES, extra);
    const counts = { ...encodeUsage(this.#usage), ...objectOf(usage) };
    const delta = {
      stop_reason: stopReason === undefined ? 'end_turn' : encodeStopReason(stopReason),
      ...otherFields(fields, OUTSIDE_DELTA),
      stop_sequence: stopSequence ?? null,
    };
    const messageDelta = jsonObject({
      type: 'message_delta',
      delta,
      usage: counts,
      context_management: fields['context_management'],
    });
    return sseFrame('message_delta', messageDelta) + sseFrame('message_stop', MESSAGE_STOP);
  }
}

/** Fields that belong next to the delta, not in it. */
const OUTSIDE_DELTA = new Set(['context_management']);
const MESSAGE_STOP: JsonObject = { type: 'message_stop' };

function fail({ code, message }: AnswerFailure): string {
  const { body } = encodeError({ status: failureStatus(code), message, code, requestId: '' });
  return errorFrame({ type: 'error', error: body['error'] ?? null });
}
