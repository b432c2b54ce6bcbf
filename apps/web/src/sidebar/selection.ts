import type { ConversationId } from '@postern/protocol';
import { createStore } from '../state/store.ts';

/** The chats that an action of the selection bar changes. */
export interface Selection {
  readonly ids: ReadonlySet<ConversationId>;
  /** Where a range begins. */
  readonly anchor: ConversationId | undefined;
}

const NONE: Selection = { ids: new Set(), anchor: undefined };

export const selection = createStore<Selection>(NONE);

export function clearSelection(): void {
  selection.set(NONE);
}

export function toggleSelected(id: ConversationId): void {
  const ids = new Set(selection.get().ids);
  if (!ids.delete(id)) ids.add(id);
  selection.set(ids.size === 0 ? NONE : { ids, anchor: id });
}

/** Selects the chats from the anchor to `to`, in the order of the list. Without an anchor, it begins at `from`. */
export function selectRange(
  order: readonly ConversationId[],
  from: ConversationId,
  to: ConversationId,
): void {
  const anchor = selection.get().anchor ?? from;
  const [one, other] = [order.indexOf(anchor), order.indexOf(to)];
  if (one < 0 || other < 0) return;
  const range = order.slice(Math.min(one, other), Math.max(one, other) + 1);
  selection.set({ ids: new Set(range), anchor });
}

export function selectAll(order: readonly ConversationId[]): void {
  if (order.length > 0) selection.set({ ids: new Set(order), anchor: order[0] });
}
