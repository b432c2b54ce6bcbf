import { ChatSettingsSchema, conversationId, messageId, SORTABLE } from '@postern/protocol';
import * as v from 'valibot';
import { MessageColumnsSchema, providerSchema } from '../stored-message.ts';
import { AttachmentSchema, PartsSchema } from '../stored-parts.ts';

const text26 = v.pipe(v.string(), v.regex(SORTABLE));
const conversation = v.pipe(
  text26,
  v.transform((id) => conversationId.from(id)),
);
const message = v.pipe(
  text26,
  v.transform((id) => messageId.from(id)),
);
const timeMs = v.pipe(v.number(), v.safeInteger());

/** One chat of an export in the format JSON. */
export const ExportedChatSchema = v.strictObject({
  conversation: v.strictObject({
    id: conversation,
    title: v.string(),
    createdAtMs: timeMs,
    updatedAtMs: timeMs,
    provider: v.exactOptional(providerSchema),
    model: v.exactOptional(v.string()),
    pinned: v.exactOptional(v.literal(true)),
    archived: v.exactOptional(v.literal(true)),
    folder: v.exactOptional(v.string()),
    tags: v.exactOptional(v.array(v.string())),
  }),
  settings: v.exactOptional(ChatSettingsSchema),
  messages: v.array(
    v.strictObject({
      ...MessageColumnsSchema.entries,
      id: message,
      conversationId: conversation,
      parentId: v.nullable(message),
      createdAtMs: timeMs,
      parts: PartsSchema,
    }),
  ),
  /** The files that its messages use. Absent if there are none. */
  attachments: v.exactOptional(
    v.array(
      v.strictObject({
        ...AttachmentSchema.entries,
        /** The bytes as base64. Absent if they can't be read. */
        data: v.exactOptional(v.pipe(v.string(), v.base64())),
      }),
    ),
  ),
});

/** An export in the format JSON. Published as `docs/formats/chat-export.schema.json`. */
export const ChatExportSchema = v.strictObject({
  format: v.literal('postern-chats'),
  version: v.literal(1),
  exportedAtMs: timeMs,
  chats: v.array(ExportedChatSchema),
});
