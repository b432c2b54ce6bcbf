import { parseJson, type JsonObject, type JsonValue, type SseEvent } from '@postern/kernel';
import type { AnswerEvent, PartDelta } from '@postern/protocol';
import { AnswerEvents } from '../answer-events.ts';
import type { AnswerDecoder, AnswerOptions } from '../dialect.ts';
import { decodeStreamError } from '../errors/decode-error.ts';
import { CUT, malformedStream } from '../errors/stream-failures.ts';
import { filledText, listOf, objectOf, textOf } from '../json/read-json.ts';
import { answerExtra, usageOf } from './answer.ts';
import { contentItems, IN_CONTENT } from './content-list.ts';
import {
  legacyCallOf,
  nonEmptyFields,
  REASONING_FIELDS,
  thinkingPart,
} from './decode-assistant.ts';
import { OPENAI_CHAT } from './limits.ts';
import { stopReasonOf } from './stop-reason.ts';
import { ToolCallStreams } from './tool-call-streams.ts';
import { decodeUsage } from './usage.ts';

const DONE = '[DONE]';

/**
 * Decodes a stream of `POST /chat/completions`. Usage may come after the finish reason, so the answer
 * is complete at `[DONE]` or the end of the stream; without both it was cut off. Only the first of several
 * choices is decoded.
 */
export function answerDecoder(options: AnswerOptions = {}): AnswerDecoder {
  return new Decoder(options);
}

/** The text, reasoning or refusal that is open. A delta of another kind ends it. */
interface OpenWords {
  readonly key: string;
  readonly index: number;
}

class Decoder implements AnswerDecoder {
  readonly #out = new AnswerEvents();
  readonly #calls: ToolCallStreams;
  #started = false;
  #words: OpenWords | undefined;
  #isRefused = false;
  #finishReason: string | undefined;
  /** The other fields of the chunks. A later value replaces an earlier one. */
  readonly #body: Record<string, JsonValue> = {};
  readonly #choice: Record<string, JsonValue> = {};
  #usage: JsonObject = {};
  #messageFields: JsonObject = {};

  constructor(options: AnswerOptions) {
    this.#calls = new ToolCallStreams(this.#out, options.toolNames);
  }

  push({ event, data }: SseEvent): readonly AnswerEvent[] {
    if (this.#out.ended || data.trim() === '') return [];
    if (data.trim() === DONE) return this.#endAtDone();
    const parsed = parseJson(data);
    if (parsed.ok) this.#takeChunk(objectOf(parsed.value) ?? {}, event);
    else this.#out.fail(malformedStream('an event that is not JSON'));
    return this.#out.take();
  }

  end(): readonly AnswerEvent[] {
    if (this.#finishReason === undefined) this.#out.fail(CUT);
    else this.#finish(this.#finishReason);
    return this.#out.take();
  }

  /** Some servers send `[DONE]` without a finish reason before it. The answer is complete. */
  #endAtDone(): readonly AnswerEvent[] {
    if (this.#started) this.#finishReason ??= 'stop';
    return this.end();
  }

  #takeChunk(chunk: JsonObject, event: string | undefined): void {
    const error = chunk['error'];
    if (event === 'error' || (error !== undefined && error !== null)) {
      this.#out.fail(decodeStreamError(chunk));
      return;
    }
    const choice = (listOf(chunk['choices']) ?? []).map(objectOf).find(isFirst);
    this.#start(chunk, choice !== undefined);
    mergeNonNull(this.#body, chunk);
    this.#takeUsage(usageOf(chunk));
    if (choice === undefined) return;
    mergeNonNull(this.#choice, choice);
    // Some servers send the whole message in one chunk.
    this.#takeDelta(objectOf(choice['delta']) ?? objectOf(choice['message']) ?? {});
    this.#finishReason = filledText(choice['finish_reason']) ?? this.#finishReason;
  }

  /** Azure's first chunk has no id and isn't part of the answer. */
  #start(chunk: JsonObject, hasChoice: boolean): void {
    const id = textOf(chunk['id']) ?? '';
    if (this.#started || (!hasChoice && id === '')) return;
    this.#started = true;
    this.#out.add({ kind: 'start', id, model: textOf(chunk['model']) ?? '' });
  }

  #takeUsage(usage: JsonObject | undefined): void {
    if (usage === undefined) return;
    this.#usage = { ...this.#usage, ...usage };
    this.#out.add({ kind: 'usage', usage: decodeUsage(usage) });
  }

  #takeDelta(delta: JsonObject): void {
    for (const field of REASONING_FIELDS) {
      const text = filledText(delta[field]);
      if (text !== undefined) this.#emitWords(field, { kind: 'thinking', text });
    }
    this.#takeContent(delta['content']);
    for (const value of listOf(delta['annotations']) ?? []) {
      this.#emitWords('content', { kind: 'annotation', value });
    }
    const refusal = filledText(delta['refusal']);
    if (refusal !== undefined) this.#refuse(refusal);
    this.#takeCalls(delta);
    const rest = nonEmptyFields(delta);
    if (rest !== undefined) this.#messageFields = appended(this.#messageFields, rest);
  }

  #takeContent(content: JsonValue | undefined): void {
    if (typeof content === 'string') {
      if (content !== '') this.#emitWords('content', { kind: 'text', text: content });
      return;
    }
    for (const item of contentItems(content)) {
      if (item.kind === 'other') this.#emitOpaque(item.value);
      else if (item.kind === 'refusal') this.#refuse(item.text);
      else {
        const { kind, text } = item;
        this.#emitWords(kind === 'text' ? 'content' : THINKING_ITEMS, { kind, text });
      }
    }
  }

  #emitOpaque(value: JsonObject): void {
    this.#endWords();
    const part = { kind: 'opaque', dialect: OPENAI_CHAT, value } as const;
    this.#out.add({ kind: 'part-end', index: this.#out.startPart(part) });
  }

  #refuse(text: string): void {
    this.#isRefused = true;
    this.#emitWords('refusal', { kind: 'refusal', text });
  }

  #takeCalls(delta: JsonObject): void {
    const calls = listOf(delta['tool_calls']) ?? [];
    if (calls.length > 0) {
      this.#endWords();
      this.#calls.addDeltas(calls);
    }
    const legacyCall = legacyCallOf(delta);
    if (legacyCall !== undefined) this.#calls.addDeltas([{ index: 0, function: legacyCall }]);
  }

  #emitWords(key: string, delta: PartDelta): void {
    if (this.#words?.key !== key) {
      this.#endWords();
      this.#words = { key, index: this.#out.startPart(emptyWords(key)) };
    }
    this.#out.add({ kind: 'part-delta', index: this.#words.index, delta });
  }

  #endWords(): void {
    if (this.#words === undefined) return;
    this.#out.add({ kind: 'part-end', index: this.#words.index });
    this.#words = undefined;
  }

  #finish(finishReason: string): void {
    this.#endWords();
    this.#calls.end();
    if (Object.keys(this.#messageFields).length > 0) this.#emitOpaque(this.#messageFields);
    const made = { inputs: this.#calls.inputs, isRefused: this.#isRefused };
    this.#out.finish(stopReasonOf(finishReason, made), undefined, {
      dialect: OPENAI_CHAT,
      fields: answerExtra(this.#body, this.#choice, this.#usage),
    });
  }
}

function isFirst(choice: JsonObject | undefined): choice is JsonObject {
  return choice !== undefined && (choice['index'] ?? 0) === 0;
}

/** The key of reasoning that arrives in a list of content. */
const THINKING_ITEMS = 'content[].thinking';

function emptyWords(key: string): Parameters<AnswerEvents['startPart']>[0] {
  if (key === THINKING_ITEMS) return thinkingPart(IN_CONTENT, '');
  if (key === 'content') return { kind: 'text', text: '' };
  return key === 'refusal' ? { kind: 'refusal', text: '' } : thinkingPart(key, '');
}

/** Copies the fields of a newer object, except nulls. */
function mergeNonNull(object: Record<string, JsonValue>, newer: JsonObject): void {
  for (const key of Object.keys(newer)) {
    const value = newer[key];
    if (value !== undefined && (value !== null || object[key] === undefined)) object[key] = value;
  }
}

/** Merges fields that arrive in pieces: texts and lists are appended, other values replaced. */
function appended(object: JsonObject, piece: JsonObject): JsonObject {
  const joined = Object.entries(piece).map(([key, value]): [string, JsonValue] => {
    const before = object[key];
    if (typeof before === 'string' && typeof value === 'string') return [key, before + value];
    const list = listOf(before);
    const more = listOf(value);
    return [key, list !== undefined && more !== undefined ? [...list, ...more] : value];
  });
  return { ...object, ...Object.fromEntries(joined) };
}
