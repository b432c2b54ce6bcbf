import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectOk, Secret, type Clock } from '@postern/kernel';
import type { Conversation, Message, Part } from '@postern/protocol';
import { onTestFinished } from 'vitest';
import type { ConversationStore, NewMessage } from '../conversation-store.ts';
import {
  createMemoryConversations,
  openSqliteConversations,
  type ConversationsEnvironment,
} from '../open-conversations.ts';

export const KEY = Secret.of('0123456789abcdef'.repeat(4));
export const START_MS = Date.UTC(2026, 10, 21);

/** A clock that a test sets. */
export interface TestClock extends Clock {
  time: number;
}

export interface TestEnvironment extends ConversationsEnvironment {
  readonly clock: TestClock;
}

export function testEnvironment(): TestEnvironment {
  const clock = { time: START_MS, nowMs: () => clock.time, monotonicMs: () => clock.time };
  return { clock, randomness: { bytes: (count) => randomBytes(count) } };
}

/** A path in a directory that goes with the test. */
export function scratchPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-conversations-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'conversations.db');
}

export function openAt(path: string, environment: TestEnvironment): ConversationStore {
  const store = expectOk(openSqliteConversations({ path, key: KEY, ...environment }));
  onTestFinished(() => {
    store.close();
  });
  return store;
}

/** The two adapters of the port, by the name that their tests show. */
export const STORES: readonly (readonly [
  name: string,
  open: (environment: TestEnvironment) => ConversationStore,
])[] = [
  [
    'SqliteConversations in a file',
    (environment: TestEnvironment): ConversationStore => openAt(scratchPath(), environment),
  ],
  [
    'SqliteConversations in memory',
    (environment: TestEnvironment): ConversationStore => createMemoryConversations(environment),
  ],
];

export const text = (words: string): Part => ({ kind: 'text', text: words });

/** Adds a complete message of one text; a user's at the beginning unless told otherwise. */
export function say(
  store: ConversationStore,
  conversation: Conversation,
  words: string,
  more: Partial<NewMessage> = {},
): Message {
  return expectOk(
    store.addMessage({
      conversationId: conversation.id,
      parentId: null,
      role: 'user',
      parts: [text(words)],
      status: 'complete',
      ...more,
    }),
  );
}
