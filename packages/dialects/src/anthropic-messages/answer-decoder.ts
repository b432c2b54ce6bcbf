import { parseJson, type JsonObject, type SseEvent } from '@postern/kernel';
import type { AnswerEvent } from '@postern/protocol';
import { AnswerEvents } from '../answer-events.ts';
import type { AnswerDecoder, AnswerOptions } from '../dialect.ts';
import { decodeStreamError } from '../errors/decode-error.ts';
import { CUT, malformedStream } from '../errors/stream-failures.ts';
import { countOf, otherFields, filledText, listOf, objectOf, textOf } from '../json/read-json.ts';
import { messageExtra } from './answer.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';
import { openBlock, type OpenBlock } from './open-block.ts';
import { decodeStopReason } from './stop-reason.ts';
import { decodeUsage } from './usage.ts';

const EVENTS = new Set([
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'error',
]);

/**
 * Decodes a stream of `POST /v1/messages`. It ignores unknown events and deltas. A second
 * `message_start` is a failure, because two answers would be mixed. The answer is complete at
 * `message_stop`, and also when the stream ends after a stop reason.
 */
export function answerDecoder(options: AnswerOptions = {}): AnswerDecoder {
  return new Decoder(options);
}

class Decoder implements AnswerDecoder {
  readonly #options: AnswerOptions;
  readonly #out = new AnswerEvents();
  readonly #open = new Map<number, OpenBlock>();
  #started = false;
  /** The fields of the message received so far, without its content. */
  #message: JsonObject = {};
  #usage: JsonObject = {};

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  push({ event, data }: SseEvent): readonly AnswerEvent[] {
    const isOurs = event === undefined || event === 'message' || EVENTS.has(event);
    if (this.#out.ended || !isOurs || data.trim() === '') return [];
    const parsed = parseJson(data);
    if (parsed.ok) this.#take(objectOf(parsed.value) ?? {}, event);
    else this.#out.fail(malformedStream('an event that is not JSON'));
    return this.#out.take();
  }

  end(): readonly AnswerEvent[] {
    if (filledText(this.#message['stop_reason']) === undefined) this.#out.fail(CUT);
    else this.#finish();
    return this.#out.take();
  }

  #take(event: JsonObject, name: string | undefined): void {
    const type = textOf(event['type']) ?? name;
    if (type === 'error') this.#out.fail(decodeStreamError(event));
    else if (type === 'message_start') this.#startMessage(objectOf(event['message']) ?? {});
    else if (!this.#started && type !== undefined && EVENTS.has(type)) {
      this.#out.fail(malformedStream('an answer without its beginning'));
    } else this.#takeInside(type, event);
  }

  #takeInside(type: string | undefined, event: JsonObject): void {
    const index = countOf(event['index']) ?? 0;
    switch (type) {
      case 'content_block_start':
        this.#startBlock(index, objectOf(event['content_block']) ?? {});
        break;
      case 'content_block_delta':
        this.#takeDelta(index, objectOf(event['delta']) ?? {});
        break;
      case 'content_block_stop':
        this.#stopBlock(index);
        break;
      case 'message_delta':
        this.#takeMessageDelta(event);
        break;
      case 'message_stop':
        this.#finish();
        break;
      default:
    }
  }

  #startMessage(message: JsonObject): void {
    if (this.#started) {
      this.#out.fail(malformedStream('the beginning of a second answer inside the first'));
      return;
    }
    this.#started = true;
    const id = textOf(message['id']) ?? '';
    this.#out.add({ kind: 'start', id, model: textOf(message['model']) ?? '' });
    this.#message = message;
    this.#takeUsage(objectOf(message['usage']));
    for (const block of listOf(message['content']) ?? []) {
      openBlock(objectOf(block) ?? {}, this.#out, this.#options.toolNames).stop();
    }
  }

  #startBlock(index: number, block: JsonObject): void {
    this.#stopBlock(index);
    this.#open.set(index, openBlock(block, this.#out, this.#options.toolNames));
  }

  #takeDelta(index: number, delta: JsonObject): void {
    if (!this.#open.has(index)) {
      // Some compatible servers omit the start. These deltas show which block it would have started.
      const block = IMPLIED_BLOCKS.get(textOf(delta['type']) ?? '');
      if (block !== undefined) this.#startBlock(index, block);
    }
    this.#open.get(index)?.addDelta(delta);
  }

  #stopBlock(index: number): void {
    this.#open.get(index)?.stop();
    this.#open.delete(index);
  }

  #takeMessageDelta(event: JsonObject): void {
    const rest = otherFields(event, MESSAGE_DELTA);
    this.#message = { ...this.#message, ...rest, ...objectOf(event['delta']) };
    this.#takeUsage(objectOf(event['usage']));
  }

  /** Counts are cumulative: a later count replaces an earlier one. Null counts are ignored. */
  #takeUsage(usage: JsonObject | undefined): void {
    if (usage === undefined) return;
    const known = Object.entries(usage).filter(([, count]) => count !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(known) };
    this.#out.add({ kind: 'usage', usage: decodeUsage(usage) });
  }

  #finish(): void {
    for (const block of this.#open.values()) block.stop();
    this.#open.clear();
    const stopReason = decodeStopReason(textOf(this.#message['stop_reason']));
    this.#out.finish(stopReason, filledText(this.#message['stop_sequence']), {
      dialect: ANTHROPIC_MESSAGES,
      fields: messageExtra(this.#message, this.#usage),
    });
  }
}

const MESSAGE_DELTA = new Set(['type', 'delta', 'usage']);

const IMPLIED_BLOCKS: ReadonlyMap<string, JsonObject> = new Map([
  ['text_delta', { type: 'text', text: '' }],
  ['thinking_delta', { type: 'thinking', thinking: '' }],
]);
