import type { ConversationView } from '@postern/protocol';
import { attachmentsOf } from '../attachments-of.ts';
import type { ExportFormat, ReadAttachment } from './export-format.ts';

/** Everything that is stored about the chats, as `ChatExportSchema`. One message a line. */
export const JSON_FORMAT: ExportFormat = {
  extension: 'json',
  mediaType: 'application/json',
  maxAttachmentBytes: Number.POSITIVE_INFINITY,
  head: (exportedAtMs) =>
    `{"format":"postern-chats","version":1,"exportedAtMs":${exportedAtMs},"chats":[`,
  chat,
  tail: '\n]}\n',
};

function* chat(
  { conversation, settings, messages }: ConversationView,
  index: number,
  read: ReadAttachment,
): Generator<string> {
  yield `${index === 0 ? '' : ','}\n{"conversation":${JSON.stringify(conversation)},`;
  if (settings !== undefined) yield `"settings":${JSON.stringify(settings)},`;
  yield '"messages":[';
  for (const [at, message] of messages.entries()) {
    yield `${at === 0 ? '' : ','}\n${JSON.stringify(message)}`;
  }
  yield ']';
  for (const [at, part] of attachmentsOf(messages).entries()) {
    const data = read(part);
    // Absent members are left out of JSON.
    const written = { ...part, kind: undefined, data: data.ok ? data.value : undefined };
    yield `${at === 0 ? ',"attachments":[' : ','}\n${JSON.stringify(written)}`;
  }
  yield attachmentsOf(messages).length === 0 ? '}' : ']}';
}
