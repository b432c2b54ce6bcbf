import { ok, type Result } from '@postern/kernel';
import type { Conversation, ConversationChange, ConversationId } from '@postern/protocol';
import type { StoreFailure } from './conversation-store.ts';
import type { ConversationTable } from './conversation-table.ts';
import type { LabelTables } from './label-tables.ts';

/** `ConversationStore.organise`, inside a transaction. */
export function organise(
  tables: { readonly conversations: ConversationTable; readonly labels: LabelTables },
  ids: readonly ConversationId[],
  change: ConversationChange,
  nowMs: number,
): Result<readonly Conversation[], StoreFailure> {
  const { conversations, labels } = tables;
  const chosen = [...new Set(ids)]
    .flatMap((id) => conversations.find(id) ?? [])
    .filter(
      ({ conversation }) => change.removed === false || conversation.deletedAtMs === undefined,
    );
  const rows = chosen.map(({ row }) => row);
  const changed = labels.change(rows, change);
  if (!changed.ok) return changed;
  if (change.removed !== undefined) {
    for (const row of rows) conversations.setRemoval(row, change.removed ? nowMs : null);
  }
  return ok(
    chosen.flatMap(({ conversation }) => conversations.find(conversation.id)?.conversation ?? []),
  );
}
