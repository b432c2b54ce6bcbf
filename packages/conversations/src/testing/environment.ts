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

/** Registers a cleanup for the end of the test or group of tests. */
export type AtEnd = (work: () => void) => void;

/** A path in a directory that is removed after the test. */
export function scratchPath(atEnd: AtEnd = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-conversations-'));
  atEnd(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'conversations.db');
}

export function openAt(
  path: string,
  environment: TestEnvironment,
  atEnd: AtEnd = onTestFinished,
): ConversationStore {
  const store = expectOk(openSqliteConversations({ path, key: KEY, ...environment }));
  atEnd(() => {
    store.close();
  });
  return store;
}

/** Opens a new, empty store. */
export type OpenStore = (environment: TestEnvironment, atEnd?: AtEnd) => ConversationStore;

const inFile: OpenStore = (environment, atEnd) => openAt(scratchPath(atEnd), environment, atEnd);
const inMemory: OpenStore = (environment) => createMemoryConversations(environment);

/** The two adapters of the port, by the name that their tests show. */
export const STORES: readonly (readonly [name: string, open: OpenStore])[] = [
  ['conversations in a file', inFile],
  ['conversations in memory', inMemory],
];

export const text = (words: string): Part => ({ kind: 'text', text: words });

/** Adds a complete message with one text. Default: the user's first message. */
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
