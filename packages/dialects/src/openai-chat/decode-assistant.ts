import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part, ThinkingPart } from '@postern/protocol';
import { extraFor, otherFields, filledText, listOf, objectOf } from '../json/read-json.ts';
import { contentItems, IN_CONTENT } from './content-list.ts';
import { OPENAI_CHAT } from './limits.ts';
import { partsOfDetails } from './reasoning-details.ts';

/** The fields for reasoning: first that of DeepSeek, xAI and most others, then that of Groq and OpenRouter. */
export const REASONING_FIELDS = ['reasoning_content', 'reasoning'] as const;

/** Fields of a message that the conversation model has, and Groq's `channel`, which repeats what they say. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'annotations',
  'tool_calls',
  'function_call',
  'channel',
  ...REASONING_FIELDS,
]);

/**
 * Decodes an assistant message: reasoning, text, refusal, calls, and one opaque part with the fields that
 * only this dialect has (`audio`, `reasoning_details`…).
 */
export function decodeAssistantMessage(message: JsonObject): readonly Part[] {
  const words = decodeContent(message['content'], listOf(message['annotations']));
  const refusal = filledText(message['refusal']);
  const calls = listOf(message['tool_calls']) ?? [];
  const legacyCall = legacyCallOf(message);
  const ours = partsOfDetails(message['reasoning_details']);
  const rest = nonEmptyFields(ours === undefined ? message : withoutDetails(message));
  return [
    ...(ours ?? REASONING_FIELDS.flatMap((field) => decodeReasoning(field, message[field]))),
    ...words,
    ...(refusal === undefined ? [] : [{ kind: 'refusal', text: refusal } as const]),
    ...calls.map((call, index) => decodeCall(objectOf(call) ?? {}, index)),
    ...(legacyCall === undefined ? [] : [decodeCall({ function: legacyCall }, calls.length)]),
    ...(rest === undefined ? [] : [opaque(rest)]),
  ];
}

/** The call of a server that still sends `function_call`; undefined if it is empty. */
export function legacyCallOf(message: JsonObject): JsonObject | undefined {
  const call = objectOf(message['function_call']);
  const isFilled = ['name', 'arguments'].some((field) => {
    const value = call?.[field];
    return value !== undefined && value !== null && value !== '';
  });
  return isFilled ? call : undefined;
}

const DETAILS = new Set(['reasoning_details']);

function withoutDetails(message: JsonObject): JsonObject {
  return otherFields(message, DETAILS);
}

function opaque(value: JsonValue): Part {
  return { kind: 'opaque', dialect: OPENAI_CHAT, value };
}

/** The unknown fields that aren't empty; undefined if there are none. */
export function nonEmptyFields(message: JsonObject): JsonObject | undefined {
  const keys = Object.keys(message).filter(
    (key) => !KNOWN_FIELDS.has(key) && message[key] !== null,
  );
  return keys.length === 0
    ? undefined
    : Object.fromEntries(keys.map((key) => [key, message[key] ?? null]));
}

function decodeReasoning(field: string, value: JsonValue | undefined): readonly ThinkingPart[] {
  const text = filledText(value);
  return text === undefined ? [] : [thinkingPart(field, text)];
}

/** Stores the field's name, because reasoning must be sent back under the same name. */
export function thinkingPart(field: string, text: string): ThinkingPart {
  return { kind: 'thinking', text, extra: { dialect: OPENAI_CHAT, fields: { field } } };
}

function decodeContent(
  content: JsonValue | undefined,
  annotations: readonly JsonValue[] | undefined,
): readonly Part[] {
  const text = filledText(content);
  const annotated = annotations === undefined ? {} : { annotations };
  if (text !== undefined) return [{ kind: 'text', text, ...annotated }];
  return contentItems(content).map((item): Part => {
    if (item.kind === 'other') return opaque(item.value);
    return item.kind === 'thinking' ? thinkingPart(IN_CONTENT, item.text) : item;
  });
}

const CALL_FIELDS = new Set(['id', 'type', 'function', 'index']);

function decodeCall(call: JsonObject, index: number): Part {
  const called = objectOf(call['function']);
  const name = filledText(called?.['name']);
  if (name === undefined) return opaque({ type: 'function', ...call });
  return {
    kind: 'tool-call',
    callId: filledText(call['id']) ?? `call_${index}`,
    name,
    inputJson: inputText(called?.['arguments']),
    ...extraFor(OPENAI_CHAT, otherFields(call, CALL_FIELDS)),
  };
}

/** Some servers send the arguments as an object. Missing arguments are `{}`. */
function inputText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.trim() === '' ? '{}' : value;
  return value === undefined || value === null ? '{}' : JSON.stringify(value);
}
