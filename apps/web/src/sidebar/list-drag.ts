import { conversationId, type ConversationId } from '@postern/protocol';
import { parseJson } from '@postern/kernel';
import type { DragEvent } from 'react';
import type { ListSection, PlacedRow } from './list-sections.ts';
import { organiseChats } from './organise-chats.ts';
import { dropSection } from './organise-request.ts';
import { clearSelection, selection } from './selection.ts';

/** The format of dragged chats: their ids as JSON. */
const DRAGGED_CHATS = 'application/x-postern-chats';

/** Drags a chat, or the selected ones if it is one of them. */
export function startDrag(event: DragEvent, placed: PlacedRow | undefined): void {
  if (placed?.row.kind !== 'chat') return;
  const { id } = placed.row.conversation;
  const { ids } = selection.get();
  const dragged = ids.has(id) ? [...ids] : [id];
  event.dataTransfer.setData(DRAGGED_CHATS, JSON.stringify(dragged));
  event.dataTransfer.effectAllowed = 'move';
}

export function dragOver(event: DragEvent, section: ListSection | undefined): void {
  const canDrop = section?.drop !== undefined && event.dataTransfer.types.includes(DRAGGED_CHATS);
  dropSection.set(canDrop ? section.key : undefined);
  if (!canDrop) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'move';
}

/** Moves the dragged chats to the folder or to the pinned ones, or out of both. */
export function drop(event: DragEvent, section: ListSection | undefined): void {
  dropSection.set(undefined);
  const ids = draggedIds(event.dataTransfer.getData(DRAGGED_CHATS));
  if (section?.drop === undefined || ids.length === 0) return;
  event.preventDefault();
  clearSelection();
  const { drop: target } = section;
  void organiseChats(ids, 'pinned' in target ? target : { pinned: false, ...target });
}

function draggedIds(text: string): readonly ConversationId[] {
  const parsed = parseJson(text);
  if (!parsed.ok || !Array.isArray(parsed.value)) return [];
  return parsed.value.flatMap((id) =>
    typeof id === 'string' ? (conversationId.parse(id) ?? []) : [],
  );
}
