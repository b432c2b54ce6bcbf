import { parseJson, type JsonObject, type SseEvent } from '@postern/kernel';
import type { AnswerEvent } from '@postern/protocol';
import { AnswerEvents } from '../answer-events.ts';
import type { AnswerDecoder, AnswerOptions } from '../dialect.ts';
import { decodeStreamError } from '../errors/decode-error.ts';
import { CUT, malformedStream } from '../errors/stream-failures.ts';
import { countOf, listOf, objectOf, textOf } from '../json/read-json.ts';
import { responseExtra } from './answer.ts';
import { decodeOutputItem } from './decode-items.ts';
import { OPENAI_RESPONSES } from './limits.ts';
import { OpenItem } from './open-item.ts';
import { decodeEnding } from './stop-reason.ts';
import { decodeUsage } from './usage.ts';

/**
 * Decodes a stream of `POST /responses`. It ignores events without content. An item of an unknown kind
 * is kept as it was when it ended. The terminal event, which contains the whole response, completes the
 * answer.
 */
export function answerDecoder(options: AnswerOptions = {}): AnswerDecoder {
  return new Decoder(options);
}

class Decoder implements AnswerDecoder {
  readonly #options: AnswerOptions;
  readonly #out = new AnswerEvents();
  readonly #items = new Map<number, OpenItem>();
  #started = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  push({ event, data }: SseEvent): readonly AnswerEvent[] {
    if (this.#out.ended || data.trim() === '' || data.trim() === '[DONE]') return [];
    const parsed = parseJson(data);
    if (parsed.ok) this.#take(objectOf(parsed.value) ?? {}, event);
    else this.#out.fail(malformedStream('an event that is not JSON'));
    return this.#out.take();
  }

  end(): readonly AnswerEvent[] {
    if (!this.#out.ended) this.#out.fail(CUT);
    return this.#out.take();
  }

  #take(event: JsonObject, name: string | undefined): void {
    const type = textOf(event['type']) ?? name ?? '';
    const response = objectOf(event['response']) ?? {};
    switch (type) {
      case 'error':
        this.#out.fail(decodeStreamError(event));
        break;
      case 'response.failed':
        this.#out.fail(decodeStreamError(response));
        break;
      case 'response.created':
      case 'response.in_progress':
        this.#start(response);
        break;
      case 'response.completed':
      case 'response.incomplete':
        this.#finish(response);
        break;
      default:
        if (event['output_index'] !== undefined) this.#takeOfItem(type, event);
        // Some compatible servers send an error without a type.
        else if (objectOf(event['error']) !== undefined) this.#out.fail(decodeStreamError(event));
    }
  }

  #start(response: JsonObject): void {
    if (this.#started) return;
    this.#started = true;
    const id = textOf(response['id']) ?? '';
    this.#out.add({ kind: 'start', id, model: textOf(response['model']) ?? '' });
  }

  #takeOfItem(type: string, event: JsonObject): void {
    this.#start({});
    const index = countOf(event['output_index']) ?? 0;
    const open = this.#items.get(index);
    const item = objectOf(event['item']);
    if (type === 'response.output_item.added' && item !== undefined) {
      open?.end(undefined);
      this.#items.set(index, new OpenItem(item, this.#out, this.#options.toolNames));
    } else if (type === 'response.output_item.done' && item !== undefined) {
      const ended = open ?? new OpenItem(item, this.#out, this.#options.toolNames);
      ended.end(item);
      this.#items.set(index, ended);
    } else open?.take(type, event);
  }

  #finish(response: JsonObject): void {
    this.#start(response);
    for (const item of this.#items.values()) item.end(undefined);
    const output = listOf(response['output']) ?? [];
    // Some servers send the content only in the last event.
    if (this.#items.size === 0) for (const item of output) this.#addWhole(objectOf(item) ?? {});
    const usage = objectOf(response['usage']);
    if (usage !== undefined) this.#out.add({ kind: 'usage', usage: decodeUsage(usage) });
    const parts = output.flatMap((item) => decodeOutputItem(objectOf(item) ?? {}));
    this.#out.finish(decodeEnding(response, parts), undefined, {
      dialect: OPENAI_RESPONSES,
      fields: responseExtra(response),
    });
  }

  #addWhole(item: JsonObject): void {
    new OpenItem(item, this.#out, this.#options.toolNames).end(item);
  }
}
