import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Part, TextPart } from '@postern/protocol';
import { buildChat } from '../build-chat.ts';
import type { ChatFormat } from '../chat-format.ts';
import { listOf, objectOf, objectsOf, textOf, timeOf } from '../fields.ts';
import type { FoundMessage, FoundPart } from '../found-chat.ts';
import type { NoteCounts } from '../note-counts.ts';
import {
  archivedFile,
  missingFile,
  missingImage,
  textPart,
  thinkingPart,
  unknownPart,
} from './text-parts.ts';

/** The parent of a first message. */
const NO_PARENT = '00000000-0000-4000-8000-000000000000';

/** An element of `conversations.json` in the export of claude.ai. Anthropic doesn't document it. */
export const CLAUDE: ChatFormat = {
  fits: ({ chat_messages: messages }) => Array.isArray(messages),
  read: (value, { nowMs, notes }) =>
    buildChat(
      'claude',
      {
        id: textOf(value['uuid']),
        title: textOf(value['name']),
        createdAtMs: timeOf(value['created_at']),
        updatedAtMs: timeOf(value['updated_at']),
        model: textOf(value['model']),
        messages: objectsOf(value['chat_messages']).map((message) => messageOf(message, notes)),
      },
      nowMs,
      notes,
    ),
};

function messageOf(message: JsonObject, notes: NoteCounts): FoundMessage {
  const parent = textOf(message['parent_message_uuid']);
  const isHuman = textOf(message['sender']) === 'human';
  const content = listOf(message['content']).flatMap((block) => blockParts(block, notes));
  return {
    id: textOf(message['uuid']),
    // Older exports have no tree.
    parent: parent === NO_PARENT ? null : parent,
    role: isHuman ? 'user' : 'assistant',
    parts: [
      ...attachments(message, notes),
      // The text repeats the blocks, or is all there is.
      ...(content.length > 0 ? content : textPart(textOf(message['text']))),
    ],
    createdAtMs: timeOf(message['created_at']),
    model: textOf(message['model']),
  };
}

/** The attached files: their text if the export has it, else the file if the archive has one with its id. */
function attachments(message: JsonObject, notes: NoteCounts): readonly FoundPart[] {
  const texts = objectsOf(message['attachments']).map((file): FoundPart => {
    const name = textOf(file['file_name']) ?? 'file';
    const content = textOf(file['extracted_content']);
    return content === undefined
      ? fileOf(file, name, notes)
      : { kind: 'text', text: `[File: ${name}]\n\n${content}` };
  });
  const named = objectsOf(message['attachments']).map((file) => textOf(file['file_name']));
  const files = [...objectsOf(message['files']), ...objectsOf(message['files_v2'])]
    .map((file) => ({ file, name: textOf(file['file_name']) ?? 'file' }))
    .filter(
      ({ name }, index, all) =>
        !named.includes(name) && all.findIndex((each) => each.name === name) === index,
    )
    .map(({ file, name }) => fileOf(file, name, notes));
  return [...texts, ...files];
}

function fileOf(file: JsonObject, name: string, notes: NoteCounts): FoundPart {
  const id = textOf(file['file_uuid']) ?? textOf(file['id']);
  if (id === undefined) return missingFile(name, notes);
  return archivedFile(id, { isImage: file['file_kind'] === 'image', name, description: name });
}

function blockParts(value: JsonValue, notes: NoteCounts): readonly Part[] {
  const block = objectOf(value);
  switch (textOf(block['type'])) {
    case 'text':
      return textPart(textOf(block['text'])).map((part) => withCitations(part, block));
    case 'thinking':
      return thinkingPart(textOf(block['thinking']));
    case 'tool_use':
      return [toolCall(block)];
    case 'tool_result':
      return [toolResult(block, notes)];
    case 'image':
      return [missingImage(textOf(block['file_name']) ?? 'no name', notes)];
    // How many tokens are left; it is no content.
    case 'token_budget':
      return [];
    default:
      return [unknownPart(value, notes)];
  }
}

function toolCall(block: JsonObject): Part {
  return {
    kind: 'tool-call',
    callId: textOf(block['id']) ?? '',
    name: textOf(block['name']) ?? 'tool',
    inputJson: JSON.stringify(block['input'] ?? {}),
  };
}

function toolResult(block: JsonObject, notes: NoteCounts): Part {
  return {
    kind: 'tool-result',
    callId: textOf(block['tool_use_id']) ?? '',
    content: resultContent(block['content'], notes),
    isError: block['is_error'] === true,
  };
}

function resultContent(value: JsonValue | undefined, notes: NoteCounts): readonly TextPart[] {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }];
  return listOf(value).flatMap((block) =>
    blockParts(block, notes).filter((part) => part.kind === 'text'),
  );
}

function withCitations(part: Part, block: JsonObject): Part {
  const annotations = objectsOf(block['citations']).flatMap((citation) => {
    const details = objectOf(citation['details']);
    const url = textOf(details['url']) ?? textOf(citation['url']);
    const title = textOf(citation['title']) ?? textOf(details['title']);
    return url === undefined ? [] : [{ type: 'url_citation', url, title: title ?? url }];
  });
  return annotations.length === 0 || part.kind !== 'text' ? part : { ...part, annotations };
}
