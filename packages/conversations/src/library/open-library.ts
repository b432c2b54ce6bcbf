import { openDatabase, type DatabaseFailure } from '@postern/database';
import type { Result, Secret } from '@postern/kernel';
import type { ConversationsEnvironment } from '../open-conversations.ts';
import { LIBRARY_MIGRATIONS } from './library-migrations.ts';
import type { LibraryStore } from './library-store.ts';
import { SqliteLibrary } from './sqlite-library.ts';

/** The library in an encrypted database, as `openSqliteConversations` opens one. */
export function openSqliteLibrary(
  options: ConversationsEnvironment & { readonly path: string; readonly key: Secret },
): Result<LibraryStore, DatabaseFailure> {
  const { path, key, ...environment } = options;
  const opened = openDatabase({ path, key, migrations: LIBRARY_MIGRATIONS, label: 'library' });
  if (!opened.ok) return opened;
  const database = opened.value;
  const store = database.attempt(() => new SqliteLibrary(database, environment));
  if (!store.ok) database.close();
  return store;
}
