import type { JsonObject, JsonValue } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type AnswerEvent,
  type AnswerFailure,
  type FoldedAnswer,
  type PartDelta,
} from '@postern/protocol';
import { AnswerWarnings } from '../answer-warnings.ts';
import type { AnswerEncoder, AnswerStreamMeta, EncodeWarning } from '../dialect.ts';
import { failureStatus } from '../errors/failure-status.ts';
import { objectOf, textOf } from '../json/read-json.ts';
import { sseFrame } from '../sse/sse-frame.ts';
import { ANSWER_FIELDS } from './answer.ts';
import { asCustomCall, customToolNames, CustomInputReader, isCustomCall } from './custom-call.ts';
import { encodeError } from './encode-error.ts';
import { encodeOutputItem } from './encode-items.ts';
import { finishedResponse, responseInProgress, identified, responseId } from './response-object.ts';
import { customInputDelta, itemDeltas, itemEnding, itemStart } from './item-events.ts';

type Finish = Extract<AnswerEvent, { kind: 'finish' }>;

/** A comment, because the dialect has no ping event (WHATWG HTML, §9.2.6). */
export const PING = ': ping\n\n';

/**
 * Encodes an answer as a stream of `POST /responses`: the empty response, each part as an item from
 * `added` to `done`, and the whole response. Events are numbered without gaps.
 */
export function answerEncoder(meta: AnswerStreamMeta): AnswerEncoder {
  return new Encoder(meta);
}

class Encoder implements AnswerEncoder {
  readonly #meta: AnswerStreamMeta;
  /** Part index → item index. */
  readonly #items = new Map<number, number>();
  /** Finished items, by item index. */
  readonly #output: JsonObject[] = [];
  readonly #open = new Set<number>();
  /** The inputs of custom calls, by part index. */
  readonly #inputs = new Map<
    number,
    { readonly id: JsonValue; readonly reader: CustomInputReader }
  >();
  readonly #customNames: ReadonlySet<string>;
  #answer: FoldedAnswer = EMPTY_ANSWER;
  #id = '';
  #sequence = 0;
  readonly #warnings = new AnswerWarnings(ANSWER_FIELDS);
  #ended = false;

  constructor(meta: AnswerStreamMeta) {
    this.#meta = meta;
    this.#customNames = customToolNames(meta.tools);
  }

  push(received: AnswerEvent): string {
    if (this.#ended) return '';
    const event = this.#withCustomCall(received);
    this.#warnings.takeEvent(event);
    this.#answer = foldAnswer(this.#answer, event);
    switch (event.kind) {
      case 'start':
        return this.#start(event.id);
      case 'part-start':
        return this.#startItem(event.index);
      case 'part-delta':
        return this.#moreOfItem(event.index, event.delta);
      case 'part-end':
        return this.#endItem(event.index);
      case 'usage':
        return '';
      case 'finish':
        this.#ended = true;
        return this.#finish(event);
      case 'failure':
        this.#ended = true;
        return this.#fail(event.failure);
    }
  }

  #withCustomCall(event: AnswerEvent): AnswerEvent {
    if (event.kind !== 'part-start') return event;
    return { ...event, part: asCustomCall(event.part, this.#customNames) };
  }

  warnings(): readonly EncodeWarning[] {
    return this.#warnings.list();
  }

  ping(): string {
    return this.#ended ? '' : PING;
  }

  #start(id: string): string {
    this.#id = responseId(id, this.#meta.from);
    const response = responseInProgress(this.#soFar());
    return this.#frames([
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ]);
  }

  #startItem(index: number): string {
    const part = this.#answer.parts[index];
    if (part === undefined || encodeOutputItem(part) === undefined) return '';
    const place = this.#items.size;
    this.#items.set(index, place);
    this.#open.add(index);
    const item = this.#item(index, place);
    const start = this.#frames(itemStart(item, place, part));
    if (part.kind !== 'tool-call' || !isCustomCall(part)) return start;
    this.#inputs.set(index, { id: item['id'] ?? '', reader: new CustomInputReader() });
    return start + this.#moreInput(index, place, part.inputJson);
  }

  #moreOfItem(index: number, delta: PartDelta): string {
    const place = this.#items.get(index);
    if (place === undefined || !this.#open.has(index)) return '';
    if (delta.kind === 'tool-input' && this.#inputs.has(index)) {
      return this.#moreInput(index, place, delta.json);
    }
    return this.#frames(itemDeltas(this.#item(index, place), place, delta));
  }

  #moreInput(index: number, place: number, json: string): string {
    const input = this.#inputs.get(index);
    if (input === undefined) return '';
    return this.#frames(customInputDelta(input.id, place, input.reader.push(json)));
  }

  /** The part of a custom call's input that its deltas didn't contain. */
  #restOfInput(index: number, place: number, item: JsonObject): string {
    const input = this.#inputs.get(index);
    const whole = textOf(item['input']) ?? '';
    if (input === undefined || !whole.startsWith(input.reader.text)) return '';
    const rest = whole.slice(input.reader.text.length);
    return this.#frames(customInputDelta(input.id, place, rest));
  }

  #endItem(index: number): string {
    const place = this.#items.get(index);
    if (place === undefined || !this.#open.delete(index)) return '';
    const item = this.#item(index, place);
    this.#output[place] = item;
    return this.#restOfInput(index, place, item) + this.#frames(itemEnding(item, place));
  }

  /** The item so far. */
  #item(index: number, place: number): JsonObject {
    const part = this.#answer.parts[index];
    const item = part === undefined ? undefined : encodeOutputItem(part);
    const status = this.#open.has(index) ? 'in_progress' : 'completed';
    return identified(item ?? {}, this.#id, place, status);
  }

  #finish({ stopReason, extra }: Finish): string {
    const ended = [...this.#open].map((index) => this.#endItem(index)).join('');
    const response = finishedResponse(this.#soFar(), stopReason, this.#answer.usage, extra);
    const type = `response.${response['status'] === 'completed' ? 'completed' : 'incomplete'}`;
    return ended + this.#frames([{ type, response }]);
  }

  #fail({ code, message }: AnswerFailure): string {
    const status = failureStatus(code);
    const { body } = encodeError({ status, message, code, requestId: '' });
    const error = objectOf(body['error']) ?? {};
    const response = {
      ...responseInProgress(this.#soFar()),
      status: 'failed',
      error: { code: error['code'] ?? null, message },
    };
    const events = [
      { type: 'error', error },
      { type: 'response.failed', response },
    ];
    return this.#frames(this.#id === '' ? events.slice(0, 1) : events);
  }

  #soFar(): Parameters<typeof responseInProgress>[0] {
    const { createdAtMs } = this.#meta;
    const output = [...this.#output];
    return { id: this.#id, model: this.#answer.model ?? '', createdAtMs, output };
  }

  #frames(events: readonly (JsonObject & { readonly type: string })[]): string {
    return events
      .map((event) => {
        const { type, ...fields } = event;
        const numbered = { type, sequence_number: this.#sequence, ...fields };
        this.#sequence += 1;
        return sseFrame(type, numbered);
      })
      .join('');
  }
}
