import type { AttachmentTable } from './attachment-table.ts';
import type { ConversationTables } from './create-conversation.ts';
import type { DraftTable } from './draft-table.ts';
import type { LabelTables } from './label-tables.ts';

export interface EveryTable extends ConversationTables {
  readonly drafts: DraftTable;
  readonly labels: LabelTables;
  readonly attachments: AttachmentTable;
}

/** Deletes the conversations in these rows with everything that belongs to them. Inside `erase`. */
export function deleteConversations(tables: EveryTable, rows: readonly number[]): void {
  if (rows.length > 0) tables.search.purge(rows);
  for (const row of rows) {
    const files = tables.attachments.usedIn(row);
    tables.messages.deleteOf(row);
    tables.drafts.deleteOf(row);
    tables.labels.deleteOf(row);
    tables.settings.deleteOf(row);
    tables.conversations.delete(row);
    tables.attachments.deleteUnused(files);
  }
}
