import { openDatabase, openMemoryDatabase, type DatabaseFailure } from '@postern/database';
import { ok, type Clock, type Randomness, type Result, type Secret } from '@postern/kernel';
import type { ConversationStore } from './conversation-store.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqliteConversations } from './sqlite-conversations.ts';

const LABEL = 'conversations';

export interface ConversationsEnvironment {
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * The conversations in an encrypted database, which is made where there is none. The key is 64 hex
 * digits; a wrong one, or a damaged file, changes nothing on the disk.
 */
export function openSqliteConversations(
  options: ConversationsEnvironment & { readonly path: string; readonly key: Secret },
): Result<ConversationStore, DatabaseFailure> {
  const { path, key, clock, randomness } = options;
  const database = openDatabase({ path, key, migrations: MIGRATIONS, label: LABEL });
  if (!database.ok) return database;
  return ok(new SqliteConversations(database.value, clock, randomness));
}

/** Privacy mode: conversations that no disk ever sees, gone when the store is closed. */
export function createMemoryConversations(
  environment: ConversationsEnvironment,
): ConversationStore {
  const database = openMemoryDatabase({ migrations: MIGRATIONS, label: LABEL });
  return new SqliteConversations(database, environment.clock, environment.randomness);
}
