import { ERROR_CODES } from '@postern/protocol';
import { expect, test } from 'vitest';
import type { StoreFailure } from './conversation-store.ts';
import { describeStoreFailure } from './describe-store-failure.ts';

const place = { label: 'conversations', path: '/home/p/conversations.db' };

test.each<[StoreFailure, string]>([
  [{ reason: 'conversation-not-found' }, 'CONVERSATION_NOT_FOUND'],
  [{ reason: 'message-not-found' }, 'CONVERSATION_NOT_FOUND'],
  [{ reason: 'message-damaged' }, 'DATABASE_DAMAGED'],
  [{ reason: 'folder-not-found' }, 'FOLDER_NOT_FOUND'],
  [{ reason: 'folder-exists' }, 'FOLDER_EXISTS'],
  [{ reason: 'too-many-tags', maxTags: 5 }, 'TAGS_LIMITED'],
  [{ reason: 'message-too-large', maxLength: 5 }, 'REQUEST_TOO_LARGE'],
  [{ reason: 'disk-full', ...place }, 'DISK_FULL'],
  [{ reason: 'wrong-key-or-damaged', ...place }, 'DATABASE_WRONG_KEY'],
])('describes %o as %s, with a remedy', (failure, expected) => {
  const { code, message, remedy } = describeStoreFailure(failure);
  expect(code).toBe(expected);
  expect(ERROR_CODES).toHaveProperty(code);
  expect(`${message}\n${remedy}`).toMatch(/^[A-Z].*\.\n[A-Z].*\.$/);
});
