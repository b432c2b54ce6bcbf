import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part, Role, ToolResultPart, Turn } from '@postern/protocol';
import { filledText, listOf, objectOf, textOf } from '../json/read-json.ts';
import type { Report } from '../report.ts';
import { decodeAssistantMessage } from './decode-assistant.ts';
import { decodeContent } from './user-content.ts';

const ROLES: ReadonlyMap<JsonValue | undefined, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['tool', 'user'],
  ['assistant', 'assistant'],
]);

/**
 * Decodes `messages`. Consecutive `tool` messages and a user message directly after them are one turn,
 * because together they answer the calls.
 */
export function decodeMessages(messages: readonly JsonValue[], report: Report): readonly Turn[] {
  const turns: { role: Role; parts: Part[]; isResults: boolean }[] = [];
  messages.forEach((value, index) => {
    const message = objectOf(value) ?? {};
    const role = ROLES.get(message['role']);
    const path = `messages[${index}]`;
    if (role === undefined) {
      const known = 'must be system, developer, user, assistant or tool';
      report({ reason: 'malformed', path: `${path}.role`, message: known });
      return;
    }
    const isResult = message['role'] === 'tool';
    const parts = isResult ? [decodeResult(message, path, report)] : partsOf(role, message);
    const last = turns.at(-1);
    if (role === 'user' && last?.isResults === true) {
      last.parts.push(...parts);
      last.isResults = isResult;
    } else turns.push({ role, parts: [...parts], isResults: isResult });
  });
  return turns.map(({ role, parts }) => ({ role, parts }));
}

function partsOf(role: Role, message: JsonObject): readonly Part[] {
  return role === 'assistant' ? decodeAssistantMessage(message) : decodeContent(message['content']);
}

function decodeResult(message: JsonObject, path: string, report: Report): ToolResultPart {
  const callId = filledText(message['tool_call_id']);
  if (callId === undefined) {
    const required = 'a text is required';
    report({ reason: 'malformed', path: `${path}.tool_call_id`, message: required });
  }
  return {
    kind: 'tool-result',
    callId: callId ?? '',
    content: decodeResultContent(message['content']),
    isError: false,
  };
}

function decodeResultContent(content: JsonValue | undefined): ToolResultPart['content'] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  return (listOf(content) ?? []).map((value) => {
    const text = textOf(objectOf(value)?.['text']);
    if (text !== undefined) return { kind: 'text', text };
    return { kind: 'opaque', dialect: 'openai-chat', value };
  });
}
