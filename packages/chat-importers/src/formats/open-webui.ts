import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import type { Role } from '@postern/protocol';
import { buildChat } from '../build-chat.ts';
import type { ChatFormat } from '../chat-format.ts';
import { listOf, objectOf, objectsOf, textOf, timeOf } from '../fields.ts';
import type { FoundMessage, FoundPart } from '../found-chat.ts';
import type { NoteCounts } from '../note-counts.ts';
import { fileAt, imageAt, NO_NAME, textPart, thinkingPart, unknownPart } from './text-parts.ts';

/**
 * An element of Open WebUI's exported chats, or a row of its table `chat`: `chat.history.messages` is a tree by id.
 * Older chats have only the list `chat.messages`. Times are in seconds. Only the database has the names of folders.
 */
export const OPEN_WEBUI: ChatFormat = {
  fits: ({ chat }) =>
    isJsonObject(chat) && (isJsonObject(chat['history']) || Array.isArray(chat['messages'])),
  read: (value, { nowMs, notes }) => {
    const chat = objectOf(value['chat']);
    const tree = Object.values(objectOf(objectOf(chat['history'])['messages']));
    const messages = objectsOf(tree.length > 0 ? tree : chat['messages']);
    return buildChat(
      'open-webui',
      {
        id: textOf(value['id']) ?? textOf(chat['id']),
        title: textOf(value['title']) ?? textOf(chat['title']),
        createdAtMs: timeOf(value['created_at'] ?? chat['timestamp']),
        updatedAtMs: timeOf(value['updated_at']),
        model: textOf(listOf(chat['models'])[0]),
        pinned: value['pinned'] === true,
        archived: value['archived'] === true,
        folder: textOf(value['folder_name']),
        tags: listOf(objectOf(value['meta'])['tags'] ?? chat['tags']).flatMap(tagName),
        messages: messages.map((message) => messageOf(message, tree.length > 0, notes)),
      },
      nowMs,
      notes,
    );
  },
};

function tagName(tag: JsonValue): readonly string[] {
  const name = typeof tag === 'string' ? tag : textOf(objectOf(tag)['name']);
  return name === undefined ? [] : [name];
}

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['user', 'user'],
  ['system', 'system'],
]);

function messageOf(message: JsonObject, isTree: boolean, notes: NoteCounts): FoundMessage {
  const error = message['error'];
  const hasError = error !== undefined && error !== null && error !== false;
  return {
    id: textOf(message['id']),
    parent: isTree ? (textOf(message['parentId']) ?? null) : undefined,
    role: ROLES.get(textOf(message['role']) ?? '') ?? 'assistant',
    parts: [
      ...files(message, notes),
      ...withSources(content(message['content'], notes), message),
      ...textPart(hasError ? `[Error: ${textOf(objectOf(error)['content']) ?? 'unknown'}]` : ''),
    ],
    createdAtMs: timeOf(message['timestamp']),
    model: textOf(message['model']),
    status: hasError ? 'interrupted' : 'complete',
  };
}

/** Text, or blocks as in OpenAI's dialect. */
function content(value: JsonValue | undefined, notes: NoteCounts): readonly FoundPart[] {
  if (typeof value === 'string') return splitReasoning(value);
  return listOf(value).flatMap((block): readonly FoundPart[] => {
    const { type, text, image_url: image } = objectOf(block);
    if (type === 'text') return textPart(textOf(text));
    if (type !== 'image_url') return [unknownPart(block, notes)];
    return [imageAt(textOf(image) ?? textOf(objectOf(image)['url']), NO_NAME, notes)];
  });
}

const REASONING_START = '<details type="reasoning"';
const DETAILS_END = '</details>';

/** Open WebUI writes reasoning into the text, as an element with quoted lines at its beginning. */
function splitReasoning(text: string): readonly FoundPart[] {
  const end = text.indexOf(DETAILS_END);
  if (!text.startsWith(REASONING_START) || end === -1) return textPart(text);
  const inner = text.slice(text.indexOf('>') + 1, end);
  const summaryEnd = inner.indexOf('</summary>');
  const quoted = summaryEnd === -1 ? inner : inner.slice(summaryEnd + '</summary>'.length);
  const reasoning = quoted
    .trim()
    .split('\n')
    .map((line) => line.replace(/^(?:>|&gt;) ?/, ''))
    .join('\n');
  return [...thinkingPart(reasoning), ...textPart(text.slice(end + DETAILS_END.length).trim())];
}

function files(message: JsonObject, notes: NoteCounts): readonly FoundPart[] {
  return objectsOf(message['files']).map((file) => {
    const name = textOf(file['name']) ?? NO_NAME;
    const url = textOf(file['url']);
    return file['type'] === 'image' ? imageAt(url, name, notes) : fileAt(url, name, notes);
  });
}

function withSources(parts: readonly FoundPart[], message: JsonObject): readonly FoundPart[] {
  const annotations = objectsOf(message['sources'] ?? message['citations']).flatMap((each) => {
    const source = objectOf(each['source']);
    const url = textOf(source['url']);
    return url === undefined
      ? []
      : [{ type: 'url_citation', url, title: textOf(source['name']) ?? url }];
  });
  const last = parts.at(-1);
  if (annotations.length === 0 || last?.kind !== 'text') return parts;
  return [...parts.slice(0, -1), { ...last, annotations }];
}
