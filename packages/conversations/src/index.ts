export {
  ATTACHMENT_PIECE_BYTES,
  type AttachmentStore,
  type NewAttachment,
} from './attachment-store.ts';
export type { ConversationStore, StoreFailure } from './conversation-store.ts';
export { describeStoreFailure } from './describe-store-failure.ts';
export { ChatExportSchema, ExportedChatSchema } from './export/chat-export-schema.ts';
export {
  CHAT_EXPORT_FORMATS,
  exportChats,
  type ExportCounts,
  type ExportedTexts,
} from './export/export-chats.ts';
export type {
  ChatImportStore,
  ImportedChat,
  ImportedMessage,
  ImportOutcome,
  ImportRun,
} from './import/imported-chat.ts';
export { describeLibraryFailure } from './library/describe-library-failure.ts';
export type { LibraryFailure, LibraryStore } from './library/library-store.ts';
export { openSqliteLibrary } from './library/open-library.ts';
export {
  createMemoryConversations,
  openSqliteConversations,
  type ConversationsEnvironment,
} from './open-conversations.ts';
export {
  recordAnswer,
  SAVE_ANSWER_EVERY_MS,
  type AnswerRecorder,
  type Schedule,
} from './record-answer.ts';
