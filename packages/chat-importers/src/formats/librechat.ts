import type { JsonObject, JsonValue } from '@postern/kernel';
import { buildChat } from '../build-chat.ts';
import type { ChatFormat } from '../chat-format.ts';
import { listOf, objectOf, objectsOf, textOf, timeOf } from '../fields.ts';
import type { FoundMessage, FoundPart } from '../found-chat.ts';
import type { NoteCounts } from '../note-counts.ts';
import { fileAt, imageAt, NO_NAME, textPart, thinkingPart, unknownPart } from './text-parts.ts';

const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/**
 * A file that LibreChat exports: one conversation. `messages` is a list, or with the option _recursive_,
 * `messagesTree` nests each message in the `children` of the one before.
 */
export const LIBRECHAT: ChatFormat = {
  fits: ({ conversationId, messages, messagesTree }) =>
    typeof conversationId === 'string' && (Array.isArray(messages) || Array.isArray(messagesTree)),
  read: (value, { nowMs, notes }) => {
    const options = objectOf(value['options']);
    const messages = flattened(value['messagesTree'] ?? value['messages']).map((each) =>
      messageOf(each, notes),
    );
    return buildChat(
      'librechat',
      {
        id: textOf(value['conversationId']),
        title: textOf(value['title']),
        createdAtMs: timeOf(value['createdAt']),
        updatedAtMs: timeOf(value['updatedAt']),
        model: textOf(options['model']),
        messages,
      },
      nowMs,
      notes,
    );
  },
};

interface Nested {
  readonly message: JsonObject;
  /** The id of the message that contains it; undefined in a list. */
  readonly above: string | null | undefined;
}

/** Iterative, because a chat is nested as deeply as it is long. */
function flattened(value: JsonValue | undefined): readonly Nested[] {
  const found: Nested[] = objectsOf(value).map((message) => ({ message, above: undefined }));
  // The list grows while it is read.
  for (const { message } of found) {
    const id = textOf(message['messageId']) ?? null;
    for (const child of objectsOf(message['children'])) found.push({ message: child, above: id });
  }
  return found;
}

function messageOf({ message, above }: Nested, notes: NoteCounts): FoundMessage {
  const isUser = message['isCreatedByUser'] === true;
  const content = listOf(message['content']).flatMap((block) => blockParts(block, notes));
  const parent = above === undefined ? textOf(message['parentMessageId']) : above;
  return {
    id: textOf(message['messageId']),
    parent: parent === NO_PARENT ? null : parent,
    role: isUser ? 'user' : 'assistant',
    parts: [
      ...files(message, notes),
      ...(content.length > 0 ? content : textPart(textOf(message['text']))),
    ],
    createdAtMs: timeOf(message['createdAt']),
    model: isUser ? undefined : textOf(message['model']),
    status:
      message['unfinished'] === true || message['error'] === true ? 'interrupted' : 'complete',
  };
}

function blockParts(value: JsonValue, notes: NoteCounts): readonly FoundPart[] {
  const block = objectOf(value);
  switch (textOf(block['type'])) {
    case 'text':
      return textPart(valueOf(block['text']));
    case 'error':
      return textPart(`[Error: ${valueOf(block['error'] ?? block['text']) ?? 'unknown'}]`);
    case 'think':
      return thinkingPart(valueOf(block['think']));
    case 'tool_call':
      return toolParts(objectOf(block['tool_call']));
    case 'image_file':
    case 'image_url': {
      const name = textOf(objectOf(block['image_file'])['filename']) ?? NO_NAME;
      return [imageAt(addressOf(block), name, notes)];
    }
    default:
      return [unknownPart(value, notes)];
  }
}

function addressOf(block: JsonObject): string | undefined {
  const { image_url: image, image_file: file } = block;
  return textOf(image) ?? textOf(objectOf(image)['url']) ?? textOf(objectOf(file)['filepath']);
}

/** Files of a message that aren't in its content. */
function files(message: JsonObject, notes: NoteCounts): readonly FoundPart[] {
  return objectsOf(message['files']).map((file) => {
    const name = textOf(file['filename']) ?? NO_NAME;
    const url = textOf(file['filepath']);
    const isImage = textOf(file['type'])?.startsWith('image/') === true;
    return isImage ? imageAt(url, name, notes) : fileAt(url, name, notes);
  });
}

/** A text alone, or as `{ value }`. */
function valueOf(field: JsonValue | undefined): string | undefined {
  return textOf(field) ?? textOf(objectOf(field)['value']);
}

function toolParts(call: JsonObject): readonly FoundPart[] {
  const callId = textOf(call['id']) ?? '';
  const { args, output } = call;
  const inputJson = typeof args === 'string' ? args : JSON.stringify(args ?? {});
  const name = textOf(call['name']) ?? textOf(call['type']) ?? 'tool';
  const result = textOf(output);
  return [
    { kind: 'tool-call', callId, name, inputJson },
    ...(result === undefined
      ? []
      : [
          {
            ...{ kind: 'tool-result' as const, callId, isError: false },
            content: [{ kind: 'text' as const, text: result }],
          },
        ]),
  ];
}
