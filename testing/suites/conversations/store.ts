import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMemoryConversations,
  openSqliteConversations,
  type ConversationStore,
  type ConversationsEnvironment,
  type StoreFailure,
} from '@postern/conversations';
import type { DatabaseFailure } from '@postern/database';
import { expectOk, Secret, type Result } from '@postern/kernel';
import type { Conversation, Message, MessageId } from '@postern/protocol';
import { onTestFinished } from 'vitest';

export const KEY = '0123456789abcdef'.repeat(4);

/** The system clock and random source. */
export const environment: ConversationsEnvironment = {
  clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
  randomness: { bytes: (count) => randomBytes(count) },
};

export function tryStore(path: string): Result<ConversationStore, DatabaseFailure> {
  return openSqliteConversations({ path, key: Secret.of(KEY), ...environment });
}

export function openStore(path: string): ConversationStore {
  return expectOk(tryStore(path));
}

export function memoryStore(): ConversationStore {
  return createMemoryConversations(environment);
}

/** Returns a path in a directory that is removed after the test. */
export function scratchPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-conversations-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'conversations.db');
}

export function add(
  store: ConversationStore,
  conversation: Conversation,
  words: string,
  parentId: MessageId | null = null,
): Result<Message, StoreFailure> {
  return store.addMessage({
    conversationId: conversation.id,
    parentId,
    role: 'user',
    parts: [{ kind: 'text', text: words }],
    status: 'complete',
  });
}
