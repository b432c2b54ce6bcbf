import type { Database } from '@postern/database';
import { ok, type Result } from '@postern/kernel';
import type { ConversationId } from '@postern/protocol';
import type { ChatSettingsStore, StoreFailure } from './conversation-store.ts';
import { flat } from './method-results.ts';
import type { SettingsTable } from './settings-table.ts';

/** `findKept` fails for a conversation that doesn't exist or was removed. */
export function chatSettingsStore(
  database: Database,
  table: SettingsTable,
  findKept: (id: ConversationId) => Result<unknown, StoreFailure>,
): ChatSettingsStore {
  return {
    find: (conversation) => flat(database.attempt(() => table.find(conversation))),
    save: (conversation, settings) =>
      database.runInTransaction(() => {
        const found = conversation === null ? ok() : findKept(conversation);
        if (!found.ok) return found;
        if (settings === undefined) table.delete(conversation);
        else table.save(conversation, settings);
        return ok();
      }),
  };
}
