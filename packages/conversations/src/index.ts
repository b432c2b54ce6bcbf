export type {
  ConversationStore,
  MessageChange,
  NewConversation,
  NewMessage,
  PageRequest,
  StoreFailure,
} from './conversation-store.ts';
export { describeStoreFailure } from './describe-store-failure.ts';
export {
  createMemoryConversations,
  openSqliteConversations,
  type ConversationsEnvironment,
} from './open-conversations.ts';
export {
  recordAnswer,
  type AnswerRecorder,
  type RecordOptions,
  type Schedule,
} from './record-answer.ts';
