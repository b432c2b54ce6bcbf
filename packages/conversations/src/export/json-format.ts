import type { ConversationView } from '@postern/protocol';
import type { ExportFormat } from './export-format.ts';

/** Everything that is stored about the chats, as `ChatExportSchema`. One message a line. */
export const JSON_FORMAT: ExportFormat = {
  extension: 'json',
  mediaType: 'application/json',
  head: (exportedAtMs) =>
    `{"format":"postern-chats","version":1,"exportedAtMs":${exportedAtMs},"chats":[`,
  chat,
  tail: '\n]}\n',
};

function* chat({ conversation, messages }: ConversationView, index: number): Generator<string> {
  yield `${index === 0 ? '' : ','}\n{"conversation":${JSON.stringify(conversation)},"messages":[`;
  for (const [at, message] of messages.entries()) {
    yield `${at === 0 ? '' : ','}\n${JSON.stringify(message)}`;
  }
  yield ']}';
}
