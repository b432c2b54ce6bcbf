import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '@postern/kernel';
import { providerId, type Role } from '@postern/protocol';
import { buildChat } from '../build-chat.ts';
import type { ChatFormat } from '../chat-format.ts';
import { listOf, numberOf, objectsOf, textOf, timeOf } from '../fields.ts';
import type { FoundMessage } from '../found-chat.ts';
import { textPart } from './text-parts.ts';

/** A row of `sessions` of Chat Linux Client with its `messages`, or an element of its JSON export. */
export const CHAT_LINUX_CLIENT: ChatFormat = {
  fits: ({ session_id: id, messages }) => typeof id === 'string' && Array.isArray(messages),
  read: (value, { nowMs, notes }) =>
    buildChat(
      'chat-linux-client',
      {
        id: textOf(value['session_id']),
        title: textOf(value['title']),
        createdAtMs: timeOf(value['created_at']),
        updatedAtMs: timeOf(value['updated_at']),
        messages: objectsOf(value['messages']).map((message) => ({
          ...messageOf(message, message['timestamp']),
          ...providerOf(message),
        })),
      },
      nowMs,
      notes,
    ),
};

/** A row of `conversations` of Claude for Linux with its `messages`. */
export const CLAUDE_FOR_LINUX: ChatFormat = {
  fits: ({ id, messages, pinned, system_prompt: prompt }) =>
    id !== undefined && Array.isArray(messages) && (pinned !== undefined || prompt !== undefined),
  read: (value, { nowMs, notes }) => {
    const prompt = textPart(textOf(value['system_prompt']));
    const system: FoundMessage = {
      ...{ id: 'system', parent: null, role: 'system', parts: prompt, createdAtMs: undefined },
    };
    return buildChat(
      'claude-for-linux',
      {
        id: textOf(value['id']) ?? String(numberOf(value['id']) ?? ''),
        title: textOf(value['title']),
        createdAtMs: timeOf(value['created_at']),
        updatedAtMs: timeOf(value['updated_at']),
        model: textOf(value['model']),
        pinned: value['pinned'] === true || value['pinned'] === 1,
        tags: tagsOf(value['tags']),
        messages: [
          system,
          ...objectsOf(value['messages']).map((message): FoundMessage => ({
            ...messageOf(message, message['created_at']),
            status: textOf(message['error']) === undefined ? 'complete' : 'interrupted',
          })),
        ],
      },
      nowMs,
      notes,
    );
  },
};

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['user', 'user'],
  ['human', 'user'],
  ['system', 'system'],
]);

function messageOf(message: JsonObject, at: JsonValue | undefined): FoundMessage {
  const id = textOf(message['id']) ?? numberOf(message['id']);
  const error = textOf(message['error']);
  return {
    id: id === undefined ? undefined : String(id),
    parent: undefined,
    role: ROLES.get(textOf(message['role']) ?? '') ?? 'assistant',
    parts: [
      ...textPart(textOf(message['content'])),
      ...textPart(error === undefined ? '' : `[Error: ${error}]`),
    ],
    createdAtMs: timeOf(at),
    model: textOf(message['model']),
  };
}

function providerOf({ provider }: JsonObject): Pick<FoundMessage, 'provider'> {
  const id = providerId.parse(textOf(provider)?.toLowerCase() ?? '');
  return id === undefined ? {} : { provider: id };
}

/** A list, or its JSON, or names with commas between them. */
function tagsOf(value: JsonValue | undefined): readonly string[] {
  const text = textOf(value);
  const parsed = text === undefined ? undefined : parseJson(text);
  const list = parsed?.ok === true && !isJsonObject(parsed.value) ? parsed.value : value;
  if (Array.isArray(list)) return listOf(list).flatMap((tag) => textOf(tag) ?? []);
  return text?.split(',').flatMap((tag) => (tag.trim() === '' ? [] : tag.trim())) ?? [];
}
