import { ok, sortableId, type Clock, type Randomness, type Result } from '@postern/kernel';
import {
  conversationId,
  plainText,
  type ChatSettings,
  type Conversation,
  type ConversationView,
} from '@postern/protocol';
import type { NewConversation } from './conversation-store.ts';
import type { ConversationTable, StoredConversation } from './conversation-table.ts';
import type { MessageTable } from './message-table.ts';
import type { SearchIndex } from './search-index.ts';
import type { SettingsTable } from './settings-table.ts';
import type { StoreFailure } from './store-failure.ts';

export interface ConversationTables {
  readonly conversations: ConversationTable;
  readonly messages: MessageTable;
  readonly search: SearchIndex;
  readonly settings: SettingsTable;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** Adds an empty conversation, in a transaction. */
export function createConversation(
  tables: ConversationTables,
  { settings, ...input }: NewConversation,
): StoredConversation {
  const nowMs = tables.clock.nowMs();
  const conversation: Conversation = {
    ...input,
    id: conversationId.from(sortableId(nowMs, tables.randomness)),
    title: input.title.toWellFormed(),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  return { row: insert(tables, conversation, settings), conversation };
}

/** Adds a conversation of another store with its messages, in a transaction. */
export function adoptConversation(
  tables: ConversationTables,
  { conversation, messages, settings }: ConversationView,
): Result<Conversation, StoreFailure> {
  const row = insert(tables, conversation, settings);
  for (const message of messages) {
    const inserted = tables.messages.insert(message, row);
    if (!inserted.ok) return inserted;
    if (message.status !== 'streaming') {
      tables.search.setText(inserted.value, plainText(message.parts));
    }
  }
  return ok(conversation);
}

function insert(
  tables: ConversationTables,
  conversation: Conversation,
  chosen: ChatSettings | undefined,
): number {
  const { conversations, search, settings } = tables;
  const row = conversations.insert(conversation);
  search.setTitle(row, conversation.title);
  if (chosen !== undefined) settings.save(conversation.id, chosen);
  return row;
}
