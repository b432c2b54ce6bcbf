import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part, PartDelta, TextPart, ThinkingPart, ToolCallPart } from '@postern/protocol';
import { extraFields, objectOf } from '../json/read-json.ts';
import { wireCallId } from '../names/call-id.ts';
import { wireToolName } from '../names/tool-name.ts';
import { IN_CONTENT, thinkingItem } from './content-list.ts';
import { isAnthropicCitation, reasoningField } from './encode-assistant.ts';
import { MAX_TOOL_NAME, OPENAI_CHAT } from './limits.ts';
import { reasoningDetails } from './reasoning-details.ts';

interface TextState {
  /** Whether another part came before this text, so that a blank line must separate it from earlier text. */
  isApart: boolean;
}

/**
 * Turns the parts of an answer into the deltas of one choice. Signatures and other fields without a delta
 * are emitted at the end.
 */
export class DeltaStream {
  readonly #texts = new Map<number, TextState>();
  readonly #calls = new Map<number, number>();
  readonly #thinking = new Map<number, Part>();
  readonly #otherFields = new Map<number, JsonValue>();
  #lastKind: Part['kind'] | undefined;
  #hasText = false;

  /** The delta that starts the part; undefined if it has none. */
  start(index: number, part: Part): JsonObject | undefined {
    const before = this.#lastKind;
    this.#lastKind = part.kind;
    switch (part.kind) {
      case 'text':
        this.#texts.set(index, { isApart: before !== 'text' });
        return this.#text(index, part.text, ownAnnotations(part));
      case 'refusal':
        return nonEmptyDelta('refusal', part.text);
      case 'thinking':
        this.#thinking.set(index, part);
        return thinkingDelta(part, part.text);
      case 'redacted-thinking':
        this.#thinking.set(index, part);
        return undefined;
      case 'tool-call':
        this.#calls.set(index, this.#calls.size);
        return callDelta(this.#calls.size - 1, part);
      case 'opaque':
        if (part.dialect === OPENAI_CHAT) this.#otherFields.set(index, part.value);
        return undefined;
      default:
        return undefined;
    }
  }

  add(index: number, delta: PartDelta): JsonObject | undefined {
    switch (delta.kind) {
      case 'text':
        return this.#text(index, delta.text, []);
      case 'annotation':
        return isAnthropicCitation(delta.value) ? undefined : { annotations: [delta.value] };
      case 'refusal':
        return nonEmptyDelta('refusal', delta.text);
      case 'thinking':
      case 'signature':
        return this.#think(index, delta);
      case 'tool-input':
        return this.#input(index, delta.json);
      case 'opaque':
        if (this.#otherFields.has(index)) this.#otherFields.set(index, delta.value);
        return undefined;
    }
  }

  /** The last delta before the finish reason, if there is anything left to emit. */
  end(): JsonObject | undefined {
    const details = reasoningDetails([...this.#thinking.values()]);
    const fields = [...this.#otherFields.values()].flatMap((value) => {
      const object = objectOf(value) ?? {};
      return object['type'] === undefined ? Object.entries(object) : [];
    });
    const delta = {
      ...Object.fromEntries(fields),
      ...(details.length > 0 && { reasoning_details: details }),
    };
    return Object.keys(delta).length === 0 ? undefined : delta;
  }

  #text(index: number, text: string, annotations: readonly JsonValue[]): JsonObject | undefined {
    const state = this.#texts.get(index);
    const annotated = annotations.length === 0 ? {} : { annotations };
    if (text === '' || state === undefined) return annotations.length === 0 ? undefined : annotated;
    const content = this.#hasText && state.isApart ? `\n\n${text}` : text;
    this.#hasText = true;
    state.isApart = false;
    return { content, ...annotated };
  }

  #think(
    index: number,
    delta: Extract<PartDelta, { kind: 'thinking' | 'signature' }>,
  ): JsonObject | undefined {
    const part = this.#thinking.get(index);
    if (part?.kind !== 'thinking') return undefined;
    if (delta.kind === 'signature') {
      this.#thinking.set(index, { ...part, signature: (part.signature ?? '') + delta.signature });
      return undefined;
    }
    this.#thinking.set(index, { ...part, text: part.text + delta.text });
    return thinkingDelta(part, delta.text);
  }

  #input(index: number, json: string): JsonObject | undefined {
    const call = this.#calls.get(index);
    if (call === undefined || json === '') return undefined;
    return { tool_calls: [{ index: call, function: { arguments: json } }] };
  }
}

function nonEmptyDelta(field: string, text: string): JsonObject | undefined {
  return text === '' ? undefined : { [field]: text };
}

function thinkingDelta(part: ThinkingPart, text: string): JsonObject | undefined {
  const field = reasoningField(part);
  if (field !== IN_CONTENT) return nonEmptyDelta(field, text);
  return text === '' ? undefined : { content: [thinkingItem(text)] };
}

function ownAnnotations(part: TextPart): readonly JsonValue[] {
  return part.annotations?.filter((annotation) => !isAnthropicCitation(annotation)) ?? [];
}

function callDelta(index: number, part: ToolCallPart): JsonObject {
  const called = { name: wireToolName(part.name, MAX_TOOL_NAME), arguments: part.inputJson };
  const call = { index, id: wireCallId(part.callId), type: 'function', function: called };
  return { tool_calls: [{ ...extraFields(OPENAI_CHAT, part.extra), ...call }] };
}
