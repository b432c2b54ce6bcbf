import type { JsonObject } from '@postern/kernel';
import type { PartDelta } from '@postern/protocol';
import type { AnswerEvents } from '../answer-events.ts';
import { countOf, filledText, listOf, objectOf, textOf } from '../json/read-json.ts';
import { CUSTOM_CALL, CustomArgumentsWriter } from './custom-call.ts';
import { outputText } from './decode-content.ts';
import {
  BETWEEN_SUMMARIES,
  decodeCall,
  decodeOutputItem,
  decodeReasoning,
  messageRest,
} from './decode-items.ts';
import { OPENAI_RESPONSES } from './limits.ts';

/** One open part of an item. */
interface OpenPart {
  readonly index: number;
  /** Whether some of its text has been emitted. */
  hasWords: boolean;
  /** The index of the current summary. */
  section: number;
  ended: boolean;
}

/** Decodes one item of a streamed response and emits its parts. */
export class OpenItem {
  readonly #item: JsonObject;
  readonly #out: AnswerEvents;
  /** By index in the item's content. An item other than a message has one part, at 0. */
  readonly #parts = new Map<number, OpenPart>();
  /** Writes the arguments of a custom call. */
  readonly #arguments = new CustomArgumentsWriter();
  #ended = false;

  constructor(
    item: JsonObject,
    out: AnswerEvents,
    toolNames: ReadonlyMap<string, string> | undefined,
  ) {
    this.#item = item;
    this.#out = out;
    if (item['type'] === 'function_call' || item['type'] === CUSTOM_CALL) {
      const call = { ...decodeCall(item), inputJson: '' };
      this.#open(0, { ...call, name: toolNames?.get(call.name) ?? call.name });
    } else if (item['type'] === 'reasoning') {
      // Encrypted content arrives when the item ends.
      this.#open(0, decodeReasoning({ id: item['id'] ?? null }));
    } else if (!this.#isMessage) {
      this.#open(0, { kind: 'opaque', dialect: OPENAI_RESPONSES, value: item });
    }
  }

  get #isMessage(): boolean {
    return (this.#item['type'] ?? 'message') === 'message';
  }

  take(type: string, event: JsonObject): void {
    if (this.#ended) return;
    const at = countOf(event['content_index']) ?? 0;
    const text = textOf(event['delta']) ?? '';
    switch (type) {
      case 'response.content_part.added':
        this.#openContent(at, objectOf(event['part']) ?? {});
        break;
      case 'response.output_text.delta':
        this.#openContent(at, { type: 'output_text' });
        this.#emit(at, { kind: 'text', text });
        break;
      case 'response.refusal.delta':
        this.#openContent(at, { type: 'refusal' });
        this.#emit(at, { kind: 'refusal', text });
        break;
      case 'response.output_text.annotation.added': {
        const value = event['annotation'];
        this.#openContent(at, { type: 'output_text' });
        if (value !== undefined) this.#add(at, { kind: 'annotation', value });
        break;
      }
      case 'response.content_part.done':
        this.#endPart(at);
        break;
      default:
        this.#takeBeside(type, text, event);
    }
  }

  #takeBeside(type: string, text: string, event: JsonObject): void {
    switch (type) {
      case 'response.function_call_arguments.delta':
        this.#emit(0, { kind: 'tool-input', json: text });
        break;
      case 'response.custom_tool_call_input.delta':
        if (text !== '') this.#emit(0, { kind: 'tool-input', json: this.#arguments.push(text) });
        break;
      case 'response.reasoning_summary_text.delta':
        this.#emitReasoning(countOf(event['summary_index']) ?? 0, text);
        break;
      case 'response.reasoning_text.delta':
        this.#emitReasoning(countOf(event['content_index']) ?? 0, text);
        break;
      default:
    }
  }

  /** Emits the content of the finished item that its events didn't contain. */
  end(item: JsonObject | undefined): void {
    if (this.#ended) return;
    if (item !== undefined) this.#complete(item);
    this.#emit(0, { kind: 'tool-input', json: this.#arguments.end() });
    for (const at of this.#parts.keys()) this.#endPart(at);
    this.#ended = true;
  }

  #complete(item: JsonObject): void {
    switch (item['type'] ?? 'message') {
      case 'message':
        (listOf(item['content']) ?? []).forEach((value, at) => {
          const part = objectOf(value) ?? {};
          if (!this.#parts.has(at)) this.#openContent(at, part);
        });
        break;
      case 'function_call':
      case CUSTOM_CALL: {
        const json = decodeCall(item).inputJson;
        if (this.#parts.get(0)?.hasWords === false) this.#emit(0, { kind: 'tool-input', json });
        break;
      }
      case 'reasoning':
        this.#completeReasoning(item);
        break;
      default:
        this.#add(0, { kind: 'opaque', value: item });
    }
  }

  #completeReasoning(item: JsonObject): void {
    const { text, signature } = decodeReasoning(item);
    if (this.#parts.get(0)?.hasWords === false) this.#emit(0, { kind: 'thinking', text });
    if (filledText(signature) !== undefined && signature !== undefined) {
      this.#add(0, { kind: 'signature', signature });
    }
  }

  #emitReasoning(section: number, text: string): void {
    const open = this.#parts.get(0);
    const isNext = open !== undefined && open.hasWords && section > open.section;
    if (open !== undefined) open.section = section;
    this.#emit(0, { kind: 'thinking', text: isNext ? BETWEEN_SUMMARIES + text : text });
  }

  /** Opens a part of a message unless it is open already. */
  #openContent(at: number, part: JsonObject): void {
    if (!this.#isMessage || this.#parts.has(at)) return;
    if (part['type'] === 'output_text') {
      this.#open(at, outputText(part, messageRest(this.#item)));
    } else {
      const [decoded] = decodeOutputItem({ type: 'message', content: [part] });
      if (decoded !== undefined) this.#open(at, decoded);
    }
  }

  #open(at: number, part: Parameters<AnswerEvents['startPart']>[0]): void {
    const hasWords = (part.kind === 'text' || part.kind === 'refusal') && part.text !== '';
    const index = this.#out.startPart(part);
    this.#parts.set(at, { index, hasWords, section: 0, ended: false });
  }

  /** Emits a delta of a part. */
  #emit(at: number, delta: PartDelta): void {
    const open = this.#parts.get(at);
    const words = 'json' in delta ? delta.json : 'text' in delta ? delta.text : '';
    if (open === undefined || words === '') return;
    open.hasWords = true;
    this.#add(at, delta);
  }

  #add(at: number, delta: PartDelta): void {
    const open = this.#parts.get(at);
    if (open === undefined || open.ended) return;
    this.#out.add({ kind: 'part-delta', index: open.index, delta });
  }

  #endPart(at: number): void {
    const open = this.#parts.get(at);
    if (open === undefined || open.ended) return;
    open.ended = true;
    this.#out.add({ kind: 'part-end', index: open.index });
  }
}
