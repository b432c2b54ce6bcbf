import { openDatabase, openMemoryDatabase, type DatabaseFailure } from '@postern/database';
import type { Clock, Randomness, Result, Secret } from '@postern/kernel';
import type { ConversationStore } from './conversation-store.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqliteConversations } from './sqlite-conversations.ts';

const LABEL = 'conversations';

/** The limit of all attachments together, in bytes. */
const MAX_STORED_BYTES = 4 * 1024 * 1024 * 1024;
/** The same in memory, for each store. */
const MAX_MEMORY_BYTES = 40 * 1024 * 1024;

export interface ConversationsEnvironment {
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * The conversations in an encrypted database, which is created if it doesn't exist. The key is 64
 * hex digits; a wrong one, or a damaged file, changes nothing on the disk.
 */
export function openSqliteConversations(
  options: ConversationsEnvironment & { readonly path: string; readonly key: Secret },
): Result<ConversationStore, DatabaseFailure> {
  const { path, key, clock, randomness } = options;
  const opened = openDatabase({ path, key, migrations: MIGRATIONS, label: LABEL });
  if (!opened.ok) return opened;
  const database = opened.value;
  // Preparing the statements reads the schema, which can fail on a damaged page.
  const store = database.attempt(
    () =>
      new SqliteConversations(database, {
        clock,
        randomness,
        maxAttachmentBytes: MAX_STORED_BYTES,
      }),
  );
  if (!store.ok) database.close();
  return store;
}

/** Privacy mode: conversations only in memory, which are lost when the store is closed. */
export function createMemoryConversations(
  environment: ConversationsEnvironment,
): ConversationStore {
  const database = openMemoryDatabase({ migrations: MIGRATIONS, label: LABEL });
  return new SqliteConversations(database, {
    ...environment,
    maxAttachmentBytes: MAX_MEMORY_BYTES,
  });
}
