import { ExportedChatSchema } from '@postern/conversations';
import { failed, isJsonObject, ok, parseJson } from '@postern/kernel';
import {
  ATTACHMENT_TYPES,
  type Extra,
  type MessagePart,
  type MessageStatus,
} from '@postern/protocol';
import * as v from 'valibot';
import { usableLabels } from '../usable-labels.ts';
import type { FoundFile, FoundPart, ReadChatContent, ReadMessage } from '../found-chat.ts';
import type { ChatFormat, ReadingContext } from '../chat-format.ts';

const MAX_MESSAGES = 100_000;
const MAX_AHEAD_MS = 24 * 3_600_000;
/** A stored message can't be read again if its JSON is nested more deeply. */
const MAX_PARTS_DEPTH = 256;
const MAX_EXTRA_DEPTH = 128;

type ExportedChat = v.InferOutput<typeof ExportedChatSchema>;
type ExportedMessage = Omit<ExportedChat['messages'][number], 'parts'> & {
  readonly parts: readonly FoundPart[];
};

/** Postern's own export, docs/formats/chat-export.md. Everything is kept, the ids too. */
export const POSTERN: ChatFormat = {
  fits: ({ conversation, messages }) => isJsonObject(conversation) && Array.isArray(messages),
  read: (value, context) => {
    const parsed = v.safeParse(ExportedChatSchema, value);
    if (!parsed.success) return failed('unknown');
    const { conversation, settings, attachments } = parsed.output;
    const messages = parsed.output.messages.map((message) => ({
      ...message,
      parts: message.parts.map((part) => withFile(part, attachments)),
    }));
    const { pinned, archived, folder, tags, ...content } = conversation;
    if (messages.length > MAX_MESSAGES) return failed('too-many-messages');
    if (!messages.every(canBeReadAgain)) return failed('too-deep');
    const timeOf = possibleTime(context, conversation.createdAtMs);
    const chat: ReadChatContent = {
      ...content,
      ...usableLabels({ pinned, archived, folder, tags }, context.notes),
      origin: `postern:${conversation.id}`,
      ...(settings === undefined ? {} : { settings }),
      createdAtMs: timeOf(conversation.createdAtMs),
      updatedAtMs: timeOf(conversation.updatedAtMs),
      messages: ordered(messages, context, timeOf),
    };
    return ok(chat);
  },
};

/** An attachment with its bytes; its name if the export was made without them. */
function withFile(
  part: MessagePart,
  attachments: ExportedChat['attachments'] = [],
): Exclude<MessagePart, { readonly kind: 'attachment' }> | FoundFile {
  if (part.kind !== 'attachment') return part;
  const { id, name, mediaType } = part;
  const data = attachments.find((each) => each.id === id)?.data;
  if (data === undefined) return { kind: 'text', text: name };
  const isImage = ATTACHMENT_TYPES[mediaType].modality === 'image';
  const content = { kind: 'base64', data } as const;
  return { kind: 'found-file', isImage, name, description: name, content };
}

function possibleTime({ nowMs, notes }: ReadingContext, otherMs: number): (ms: number) => number {
  const isPossible = (ms: number): boolean => ms >= 0 && ms <= nowMs + MAX_AHEAD_MS;
  return (ms) => {
    if (isPossible(ms)) return ms;
    notes.add('time-replaced');
    return isPossible(otherMs) ? otherMs : nowMs;
  };
}

function canBeReadAgain({ parts, extra }: ExportedMessage): boolean {
  return isWithin(parts, MAX_PARTS_DEPTH) && isWithin(extra ?? null, MAX_EXTRA_DEPTH);
}

function isWithin(value: readonly FoundPart[] | Extra | null, maxDepth: number): boolean {
  return parseJson(JSON.stringify(value), { maxDepth, maxLength: Infinity }).ok;
}

/** A message whose parent isn't before it becomes a first message, as the page shows it. */
function ordered(
  messages: readonly ExportedMessage[],
  { notes }: ReadingContext,
  timeOf: (ms: number) => number,
): readonly ReadMessage[] {
  const before = new Set<string>();
  const result: ReadMessage[] = [];
  for (const { parentId, ...message } of messages) {
    // The first one with an id has it.
    const isDouble = before.has(message.id);
    if (isDouble) notes.add('id-replaced');
    const origin = isDouble ? `#${result.length}` : message.id;
    const isLost = parentId !== null && !before.has(parentId);
    if (isLost) notes.add('parent-missing');
    before.add(origin);
    result.push({
      ...message,
      ...{ origin, parent: isLost ? null : parentId, status: endedStatus(message.status) },
      createdAtMs: timeOf(message.createdAtMs),
    });
  }
  return result;
}

/** Nothing continues an answer that was running when it was exported. */
function endedStatus(status: MessageStatus): MessageStatus {
  return status === 'streaming' ? 'interrupted' : status;
}
