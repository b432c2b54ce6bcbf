import { ok, type Result } from '@postern/kernel';
import { plainText, type Message } from '@postern/protocol';
import type { StoreFailure } from './conversation-store.ts';
import type { MessageTable } from './message-table.ts';
import type { SearchIndex } from './search-index.ts';

/** Marks every streaming message as interrupted, in a transaction. Returns how many. */
export function interruptAnswers(
  messages: MessageTable,
  search: SearchIndex,
): Result<number, StoreFailure> {
  const ids = messages.streaming();
  for (const id of ids) {
    const found = messages.find(id);
    // A damaged message stays unchanged; it is shown as failed anyway.
    if (!found.ok) continue;
    const { row } = found.value;
    const message: Message = { ...found.value.message, status: 'interrupted' };
    const updated = messages.update(row, message);
    if (!updated.ok) return updated;
    search.setText(row, plainText(message.parts));
  }
  return ok(ids.length);
}
