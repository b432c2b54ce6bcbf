import type { AttachmentTable } from './attachment-table.ts';
import type { ConversationTable } from './conversation-table.ts';
import type { DraftTable } from './draft-table.ts';
import type { LabelTables } from './label-tables.ts';
import type { MessageTable } from './message-table.ts';
import type { SearchIndex } from './search-index.ts';

export interface EveryTable {
  readonly conversations: ConversationTable;
  readonly messages: MessageTable;
  readonly drafts: DraftTable;
  readonly labels: LabelTables;
  readonly attachments: AttachmentTable;
  readonly search: SearchIndex;
}

/** Deletes the conversations in these rows with everything that belongs to them. Inside `erase`. */
export function deleteConversations(tables: EveryTable, rows: readonly number[]): void {
  if (rows.length > 0) tables.search.purge(rows);
  for (const row of rows) {
    const files = tables.attachments.usedIn(row);
    tables.messages.deleteOf(row);
    tables.drafts.deleteOf(row);
    tables.labels.untagAll(row);
    tables.conversations.delete(row);
    tables.attachments.deleteUnused(files);
  }
}
