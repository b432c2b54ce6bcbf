import { parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import type { Part, ThinkingPart, ToolCallPart } from '@postern/protocol';
import { extraFields, filledText, jsonObject, objectOf, textOf } from '../json/read-json.ts';
import { wireCallId } from '../names/call-id.ts';
import { wireToolName } from '../names/tool-name.ts';
import { IN_CONTENT, thinkingItem } from './content-list.ts';
import { MAX_TOOL_NAME, OPENAI_CHAT } from './limits.ts';
import { reasoningDetails } from './reasoning-details.ts';

/**
 * Encodes parts as an assistant message. Parts that it has no field for are omitted. `idOf`: the form of the
 * calls' ids.
 */
export function encodeAssistantMessage(parts: readonly Part[], idOf = wireCallId): JsonObject {
  const opaque = opaqueValues(parts);
  const calls = [
    ...parts.flatMap((part) => (part.kind === 'tool-call' ? [encodeCall(part, idOf)] : [])),
    ...opaque.filter(({ type }) => isCallType(type)),
  ];
  const refusal = parts.map((part) => (part.kind === 'refusal' ? part.text : '')).join('');
  return jsonObject({
    ...Object.fromEntries(opaque.filter(({ type }) => type === undefined).flatMap(Object.entries)),
    role: 'assistant',
    content: encodeContent(parts, opaque),
    ...encodeReasoning(parts),
    ...encodeDetails(parts),
    refusal: refusal === '' ? undefined : refusal,
    annotations: encodeAnnotations(parts),
    tool_calls: calls.length === 0 ? undefined : calls,
  });
}

/** An opaque value with a `type` is a call or a part of the content; without one, fields of the message. */
function opaqueValues(parts: readonly Part[]): readonly JsonObject[] {
  return parts.flatMap((part) => {
    const value =
      part.kind === 'opaque' && part.dialect === OPENAI_CHAT ? objectOf(part.value) : undefined;
    return value === undefined ? [] : [value];
  });
}

function isCallType(type: JsonValue | undefined): boolean {
  return type === 'function' || type === 'custom';
}

function encodeContent(parts: readonly Part[], opaque: readonly JsonObject[]): JsonValue {
  const text = joinTexts(parts);
  const others = [
    ...parts.flatMap(contentThinking),
    ...opaque.filter(({ type }) => type !== undefined && !isCallType(type)),
  ];
  if (others.length === 0) return text === '' ? null : text;
  const [first] = others;
  const texts = text === '' ? [] : [{ type: 'text', text }];
  return first?.['type'] === 'thinking' ? [...others, ...texts] : [...texts, ...others];
}

function contentThinking(part: Part): readonly JsonObject[] {
  const isInContent = part.kind === 'thinking' && reasoningField(part) === IN_CONTENT;
  return isInContent && part.text !== '' ? [thinkingItem(part.text)] : [];
}

/** Joins texts: directly if they are consecutive, otherwise with a blank line. */
function joinTexts(parts: readonly Part[]): string {
  let text = '';
  parts.forEach((part, index) => {
    if (part.kind !== 'text' || part.text === '') return;
    const isFirst = text === '';
    const isContinued = parts[index - 1]?.kind === 'text';
    text += isFirst || isContinued ? part.text : `\n\n${part.text}`;
  });
  return text;
}

/** The name under which reasoning came, or the usual one. */
export function reasoningField(part: ThinkingPart): string {
  return filledText(extraFields(OPENAI_CHAT, part.extra)['field']) ?? 'reasoning_content';
}

/** Reasoning is sent back under its original field name; the usual one is `reasoning_content`. */
function encodeReasoning(parts: readonly Part[]): JsonObject {
  const fields: Record<string, string> = {};
  for (const part of parts) {
    if (part.kind !== 'thinking' || part.text === '') continue;
    const field = reasoningField(part);
    if (field === IN_CONTENT) continue;
    fields[field] = (fields[field] ?? '') + part.text;
  }
  return fields;
}

function encodeDetails(parts: readonly Part[]): JsonObject {
  const details = reasoningDetails(parts);
  return details.length === 0 ? {} : { reasoning_details: details };
}

function encodeAnnotations(parts: readonly Part[]): readonly JsonValue[] | undefined {
  const lists = parts.flatMap((part) => {
    const annotations = part.kind === 'text' ? part.annotations : undefined;
    return annotations === undefined ? [] : [annotations];
  });
  const own = lists.flat().filter((annotation) => !isAnthropicCitation(annotation));
  const isForeign = own.length === 0 && lists.some(({ length }) => length > 0);
  return lists.length === 0 || isForeign ? undefined : own;
}

export function isAnthropicCitation(annotation: JsonValue): boolean {
  return textOf(objectOf(annotation)?.['type'])?.endsWith('_location') ?? false;
}

function encodeCall(part: ToolCallPart, idOf: typeof wireCallId): JsonObject {
  return {
    ...extraFields(OPENAI_CHAT, part.extra),
    id: idOf(part.callId),
    type: 'function',
    function: {
      name: wireToolName(part.name, MAX_TOOL_NAME),
      arguments: isObjectJson(part.inputJson) ? part.inputJson : '{}',
    },
  };
}

/**
 * Whether the arguments can be sent back unchanged. If they were cut off they can't. A forbidden key in them
 * is harmless here, because they are sent as text.
 */
function isObjectJson(inputJson: string): boolean {
  const parsed = parseJson(inputJson);
  if (parsed.ok) return objectOf(parsed.value) !== undefined;
  return parsed.failure.reason === 'json-forbidden-key' && /^\s*\{/.test(inputJson);
}
