import { isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import type { MessageStatus, Role, StopReason, ToolResultPart } from '@postern/protocol';
import { buildChat } from '../build-chat.ts';
import type { ChatFormat } from '../chat-format.ts';
import { objectOf, textOf, timeOf } from '../fields.ts';
import type { FoundMessage, FoundPart } from '../found-chat.ts';
import type { NoteCounts } from '../note-counts.ts';
import { contentParts } from './chatgpt-content.ts';

/**
 * An element of `conversations.json` in ChatGPT's export: `mapping` is a tree of nodes, of which some have no
 * message. OpenAI doesn't document it.
 */
export const CHATGPT: ChatFormat = {
  fits: ({ mapping }) => isJsonObject(mapping),
  read: (value, { nowMs, notes }) => {
    const model = textOf(value['default_model_slug']);
    const messages = Object.entries(objectOf(value['mapping'])).map(([id, node]) =>
      messageOf(id, objectOf(node), notes),
    );
    return buildChat(
      'chatgpt',
      {
        id: textOf(value['conversation_id']) ?? textOf(value['id']),
        title: textOf(value['title']),
        createdAtMs: timeOf(value['create_time']),
        updatedAtMs: timeOf(value['update_time']),
        model: model ?? messages.findLast((message) => message.model !== undefined)?.model,
        archived: value['is_archived'] === true,
        messages,
      },
      nowMs,
      notes,
    );
  },
};

function messageOf(id: string, node: JsonObject, notes: NoteCounts): FoundMessage {
  const message = objectOf(node['message']);
  const author = objectOf(message['author']);
  const metadata = objectOf(message['metadata']);
  const name = textOf(author['role']) ?? '';
  const content = contentParts({ content: objectOf(message['content']), metadata, notes });
  // An image that a tool made is shown as a part of the answer.
  const isShown = content.some(({ kind }) => kind === 'found-file');
  const isTool = name === 'tool' && !isShown;
  return {
    ...{ id, parent: textOf(node['parent']) ?? null },
    role: name === 'tool' && isShown ? 'assistant' : (ROLES.get(name) ?? 'assistant'),
    parts: isTool ? toolResult(node, content) : toolCall(id, message, content),
    createdAtMs: timeOf(message['create_time']),
    model: textOf(metadata['model_slug']),
    ...endOf(message, metadata),
  };
}

/** A tool's result is a message of its own, which no user wrote. */
const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['user', 'user'],
  ['tool', 'user'],
  ['system', 'system'],
]);

/** A message to a tool instead of everybody, for example code for the interpreter. */
function toolCall(
  id: string,
  message: JsonObject,
  content: readonly FoundPart[],
): readonly FoundPart[] {
  const recipient = textOf(message['recipient']) ?? 'all';
  if (recipient === 'all' || content.length === 0) return content;
  return content.map((part, index) => {
    if (part.kind !== 'text') return part;
    const isJson = parseJson(part.text).ok;
    const inputJson = isJson ? part.text : JSON.stringify({ code: part.text });
    return {
      kind: 'tool-call',
      callId: index === 0 ? id : `${id}/${index}`,
      name: recipient,
      inputJson,
    };
  });
}

function toolResult(node: JsonObject, content: readonly FoundPart[]): readonly FoundPart[] {
  const kept = content.filter((part) => part.kind === 'text');
  if (kept.length === 0) return [];
  const result: ToolResultPart = {
    kind: 'tool-result',
    callId: textOf(node['parent']) ?? '',
    content: kept,
    isError:
      textOf(objectOf(objectOf(node['message'])['content'])['content_type']) === 'system_error',
  };
  return [result];
}

const STOP_REASONS: ReadonlyMap<string, StopReason> = new Map<string, StopReason>([
  ['stop', 'end'],
  ['max_tokens', 'max-tokens'],
]);

function endOf(
  message: JsonObject,
  metadata: JsonObject,
): { readonly status: MessageStatus; readonly stopReason: StopReason | undefined } {
  const reason = textOf(objectOf(metadata['finish_details'])['type']) ?? '';
  const isCut = reason === 'interrupted' || textOf(message['status']) === 'in_progress';
  return { status: isCut ? 'interrupted' : 'complete', stopReason: STOP_REASONS.get(reason) };
}
