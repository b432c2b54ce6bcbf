import type { JsonObject, JsonValue } from '@postern/kernel';
import type {
  Part,
  Role,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '@postern/protocol';
import { extraFor, otherFields, filledText, listOf, objectOf, textOf } from '../json/read-json.ts';
import type { Report } from '../report.ts';
import { CUSTOM_CALL, CUSTOM_OUTPUT, customArguments } from './custom-call.ts';
import { decodeContent, decodeOutput } from './decode-content.ts';
import { decodeForeignContent } from './foreign-reasoning.ts';
import { OPENAI_RESPONSES } from './limits.ts';
import { toolNameIn } from './tools.ts';

const ROLES: ReadonlyMap<JsonValue | undefined, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
]);

/** The type of an item that brings more tools into the conversation. */
export const ADDITIONAL_TOOLS = 'additional_tools';

/** The parts of one item and the role of its turn. */
interface DecodedItem {
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly isResult: boolean;
}

/**
 * Decodes `input`. Consecutive items of the model are one turn. Consecutive results and a user message
 * directly after them are one turn too.
 */
export function decodeInput(input: JsonValue | undefined, report: Report): readonly Turn[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ kind: 'text', text: input }] }];
  const items = listOf(input);
  if (items === undefined) report(malformed('input', 'a text or a list is required'));
  const turns: { role: Role; parts: Part[]; isOpen: boolean }[] = [];
  (items ?? []).forEach((value, index) => {
    const wireItem = objectOf(value) ?? {};
    // Its tools are among those of the request.
    if (wireItem['type'] === ADDITIONAL_TOOLS) return;
    const item = decodeInputItem(wireItem, `input[${index}]`, report);
    const last = turns.at(-1);
    if (last?.isOpen === true && last.role === item.role) {
      last.parts.push(...item.parts);
      last.isOpen = item.role === 'assistant' || item.isResult;
    } else {
      const isOpen = item.role === 'assistant' || item.isResult;
      turns.push({ role: item.role, parts: [...item.parts], isOpen });
    }
  });
  return turns.map(({ role, parts }) => ({ role, parts }));
}

function malformed(path: string, message: string): Parameters<Report>[0] {
  return { reason: 'malformed', path, message };
}

function decodeInputItem(item: JsonObject, path: string, report: Report): DecodedItem {
  const type = textOf(item['type']) ?? 'message';
  if (type === 'function_call_output' || type === CUSTOM_OUTPUT) {
    return { role: 'user', parts: [decodeResult(item, path, report)], isResult: true };
  }
  const foreign = decodeForeignContent(textOf(item['encrypted_content']));
  if (type === 'reasoning' && foreign !== undefined) {
    return { role: 'assistant', parts: [foreign], isResult: false };
  }
  if (type !== 'message') {
    const role = isOfPerson(type) ? 'user' : 'assistant';
    return { role, parts: decodeOutputItem(item), isResult: role === 'user' };
  }
  const role = ROLES.get(item['role']);
  if (role === undefined) {
    report(malformed(`${path}.role`, 'must be system, developer, user or assistant'));
  }
  const parts = role === 'assistant' ? decodeOutputItem(item) : decodeContent(item['content']);
  return { role: role ?? 'user', parts, isResult: false };
}

/**
 * Responses to approval requests. Results of other kinds of tools belong to their calls: where a dialect
 * has no such calls, both are dropped.
 */
function isOfPerson(type: string): boolean {
  return type.endsWith('_response');
}

function decodeResult(item: JsonObject, path: string, report: Report): ToolResultPart {
  const callId = filledText(item['call_id']);
  if (callId === undefined) report(malformed(`${path}.call_id`, 'a text is required'));
  return {
    kind: 'tool-result',
    callId: callId ?? '',
    content: decodeContent(item['output']),
    isError: false,
    ...extraFor(OPENAI_RESPONSES, item['type'] === CUSTOM_OUTPUT ? { type: CUSTOM_OUTPUT } : {}),
  };
}

const MESSAGE_FIELDS = new Set(['type', 'id', 'role', 'content', 'status']);

/** Decodes one item of an answer. An item of an unknown kind becomes an opaque part. */
export function decodeOutputItem(item: JsonObject): readonly Part[] {
  switch (item['type'] ?? 'message') {
    case 'message':
      return decodeOutput(item['content'], messageRest(item));
    case 'function_call':
    case CUSTOM_CALL:
      return [decodeCall(item)];
    case 'reasoning':
      return [decodeReasoning(item)];
    default:
      return [{ kind: 'opaque', dialect: OPENAI_RESPONSES, value: item }];
  }
}

/** A message's fields other than its content, such as `phase`. */
export function messageRest(item: JsonObject): JsonObject {
  return otherFields(item, MESSAGE_FIELDS);
}

const CALL_FIELDS = new Set([
  ...['type', 'id', 'call_id', 'name', 'namespace', 'arguments', 'status'],
]);

const CUSTOM_CALL_FIELDS = new Set(['id', 'call_id', 'name', 'namespace', 'input', 'status']);

export function decodeCall(item: JsonObject): ToolCallPart {
  const isCustom = item['type'] === CUSTOM_CALL;
  const fields = otherFields(item, isCustom ? CUSTOM_CALL_FIELDS : CALL_FIELDS);
  return {
    kind: 'tool-call',
    callId: textOf(item['call_id']) ?? '',
    name: toolNameIn(item) ?? '',
    inputJson: isCustom
      ? customArguments(textOf(item['input']) ?? '')
      : (textOf(item['arguments']) ?? ''),
    ...extraFor(OPENAI_RESPONSES, fields),
  };
}

/** Reasoning keeps its id, with which it is sent back. Codex omits it. */
export function decodeReasoning(item: JsonObject): ThinkingPart {
  const signature = filledText(item['encrypted_content']);
  const texts = [...(listOf(item['summary']) ?? []), ...(listOf(item['content']) ?? [])];
  const id = filledText(item['id']);
  return {
    kind: 'thinking',
    text: texts.flatMap((text) => textOf(objectOf(text)?.['text']) ?? []).join(BETWEEN_SUMMARIES),
    ...(signature !== undefined && { signature }),
    extra: { dialect: OPENAI_RESPONSES, fields: id === undefined ? {} : { id } },
  };
}

export const BETWEEN_SUMMARIES = '\n\n';
