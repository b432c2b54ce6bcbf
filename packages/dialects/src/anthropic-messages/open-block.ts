import { parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import type { Part } from '@postern/protocol';
import type { AnswerEvents } from '../answer-events.ts';
import { otherFields, filledText, listOf, textOf } from '../json/read-json.ts';
import { decodeBlock } from './decode-block.ts';
import { ANTHROPIC_MESSAGES } from './limits.ts';

/** A content block between its start and its stop. */
export interface OpenBlock {
  addDelta(delta: JsonObject): void;
  stop(): void;
}

/** Starts the part of a block and returns the object that takes its deltas. */
export function openBlock(
  block: JsonObject,
  events: AnswerEvents,
  toolNames: ReadonlyMap<string, string> | undefined,
): OpenBlock {
  const part = decodeBlock(block);
  switch (part.kind) {
    case 'text':
      return openText(events, events.startPart(part));
    case 'thinking':
      return openThinking(part, events);
    case 'tool-call':
      return openToolCall({ ...part, name: toolNames?.get(part.name) ?? part.name }, events);
    case 'opaque':
      return openOpaque(block, events);
    default:
      return openWhole(events, events.startPart(part));
  }
}

function openWhole(events: AnswerEvents, index: number): OpenBlock {
  return {
    addDelta: () => undefined,
    stop: () => {
      events.add({ kind: 'part-end', index });
    },
  };
}

function openText(events: AnswerEvents, index: number): OpenBlock {
  return {
    ...openWhole(events, index),
    addDelta: (delta) => {
      const text = filledText(delta['text']);
      const citation = delta['citation'];
      if (delta['type'] === 'text_delta' && text !== undefined) {
        events.add({ kind: 'part-delta', index, delta: { kind: 'text', text } });
      } else if (delta['type'] === 'citations_delta' && citation !== undefined) {
        events.add({ kind: 'part-delta', index, delta: { kind: 'annotation', value: citation } });
      }
    },
  };
}

/** A signature replaces the previous one, so it is emitted when the block stops. */
function openThinking(part: Extract<Part, { kind: 'thinking' }>, events: AnswerEvents): OpenBlock {
  const { signature: firstSignature, ...unsigned } = part;
  const index = events.startPart(unsigned);
  let signature = firstSignature;
  return {
    addDelta: (delta) => {
      const text = filledText(delta['thinking']);
      if (delta['type'] === 'thinking_delta' && text !== undefined) {
        events.add({ kind: 'part-delta', index, delta: { kind: 'thinking', text } });
      } else if (delta['type'] === 'signature_delta') {
        signature = textOf(delta['signature']) ?? signature;
      }
    },
    stop: () => {
      if (signature !== undefined && signature !== '') {
        events.add({ kind: 'part-delta', index, delta: { kind: 'signature', signature } });
      }
      events.add({ kind: 'part-end', index });
    },
  };
}

/** Arguments arrive as deltas, or whole in the start, or not at all, which means `{}`. */
function openToolCall(part: Extract<Part, { kind: 'tool-call' }>, events: AnswerEvents): OpenBlock {
  const index = events.startPart({ ...part, inputJson: '' });
  const addInput = (json: string): void => {
    events.add({ kind: 'part-delta', index, delta: { kind: 'tool-input', json } });
  };
  let hasInput = false;
  return {
    addDelta: (delta) => {
      const json = filledText(delta['partial_json']);
      if (delta['type'] !== 'input_json_delta' || json === undefined) return;
      hasInput = true;
      addInput(json);
    },
    stop: () => {
      if (!hasInput) addInput(part.inputJson);
      events.add({ kind: 'part-end', index });
    },
  };
}

/** Deltas change the block's JSON, which is emitted again when the block stops. */
function openOpaque(block: JsonObject, events: AnswerEvents): OpenBlock {
  const index = events.startPart({ kind: 'opaque', dialect: ANTHROPIC_MESSAGES, value: block });
  let value = block;
  let inputJson = '';
  return {
    addDelta: (delta) => {
      if (delta['type'] === 'input_json_delta') inputJson += textOf(delta['partial_json']) ?? '';
      else value = changed(value, delta);
    },
    stop: () => {
      if (inputJson !== '') value = { ...value, input: inputOf(inputJson) };
      if (value !== block) {
        events.add({ kind: 'part-delta', index, delta: { kind: 'opaque', value } });
      }
      events.add({ kind: 'part-end', index });
    },
  };
}

/** Arguments that aren't JSON are kept as text. */
function inputOf(inputJson: string): JsonValue {
  const parsed = parseJson(inputJson);
  return parsed.ok ? parsed.value : inputJson;
}

const TYPE = new Set(['type']);

/** A `compaction_delta` contains final values. Texts of other deltas are appended. */
function changed(value: JsonObject, delta: JsonObject): JsonObject {
  const fields = otherFields(delta, TYPE);
  if (delta['type'] === 'compaction_delta') return { ...value, ...fields };
  if (delta['type'] === 'citations_delta') {
    return {
      ...value,
      citations: [...(listOf(value['citations']) ?? []), ...Object.values(fields)],
    };
  }
  const appended = Object.entries(fields).map(([key, field]): [string, JsonValue] => {
    const before = textOf(value[key]);
    return [key, typeof field === 'string' && before !== undefined ? before + field : field];
  });
  return { ...value, ...Object.fromEntries(appended) };
}
