export type { ConversationStore, StoreFailure } from './conversation-store.ts';
export { describeStoreFailure } from './describe-store-failure.ts';
export {
  createMemoryConversations,
  openSqliteConversations,
  type ConversationsEnvironment,
} from './open-conversations.ts';
export { recordAnswer, type AnswerRecorder, type Schedule } from './record-answer.ts';
