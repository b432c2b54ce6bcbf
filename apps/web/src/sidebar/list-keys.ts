import type { Conversation } from '@postern/protocol';
import type { KeyboardEvent } from 'react';
import { toggleFolder } from '../conversations/shown-lists.ts';
import { forwardKey } from '../languages/forward-key.ts';
import type { ListRow } from './list-sections.ts';
import { deleteChat, organiseChats } from './organise-chats.ts';
import { organiseRequest, renamedChat } from './organise-request.ts';
import { clearSelection, selectAll, selection, selectRange, toggleSelected } from './selection.ts';

export interface KeyContext {
  /** The rows that can have the focus: chats and folders. */
  readonly rows: readonly ListRow[];
  /** The focused one. */
  readonly at: number;
  readonly moveTo: (index: number) => void;
  readonly menu: (row: ListRow) => void;
}

/** Handles a key press in the list; false if it has no meaning there. */
export function pressInList(event: KeyboardEvent, context: KeyContext): boolean {
  const row = context.rows[context.at];
  if (row === undefined || event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return pressWithControl(event, row, context);
  if (event.shiftKey) return pressWithShift(event, row, context);
  if (event.key === 'Escape' && selection.get().ids.size > 0) {
    clearSelection();
    return true;
  }
  if (event.key === 'ContextMenu') {
    context.menu(row);
    return true;
  }
  const to = movedTo(event.key, context.at, context.rows.length);
  if (to !== undefined) {
    context.moveTo(to);
    return true;
  }
  return row.kind === 'folder'
    ? pressOnFolder(event, row.name, row.isOpen)
    : pressOnChat(event, row, context);
}

function movedTo(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function pressWithControl(event: KeyboardEvent, row: ListRow, { rows }: KeyContext): boolean {
  if (event.key === 'a') selectAll(chatsOf(rows).map(({ id }) => id));
  else if (event.key === ' ' && row.kind === 'chat') toggleSelected(row.conversation.id);
  else return false;
  return true;
}

function pressWithShift(event: KeyboardEvent, row: ListRow, context: KeyContext): boolean {
  if (event.key === 'F10') {
    context.menu(row);
    return true;
  }
  const to = movedTo(event.key, context.at, context.rows.length);
  const target = to === undefined ? undefined : context.rows[to];
  if (to === undefined || target === undefined) return false;
  context.moveTo(to);
  if (row.kind === 'chat' && target.kind === 'chat') {
    const order = chatsOf(context.rows).map(({ id }) => id);
    selectRange(order, row.conversation.id, target.conversation.id);
  }
  return true;
}

function pressOnFolder({ key }: KeyboardEvent, name: string, isOpen: boolean): boolean {
  if (key === 'F2') organiseRequest.set({ kind: 'rename-folder', name });
  else if (key === 'Delete') organiseRequest.set({ kind: 'delete-folder', name });
  else if (forwardKey(key) === 'ArrowRight' && !isOpen) toggleFolder(name, true);
  else if (forwardKey(key) === 'ArrowLeft' && isOpen) toggleFolder(name, false);
  else return false;
  return true;
}

function pressOnChat({ key }: KeyboardEvent, row: ListRow, context: KeyContext): boolean {
  if (row.kind !== 'chat') return false;
  const { ids } = selection.get();
  if (key === 'F2') renamedChat.set(row.conversation.id);
  else if (key === ' ' && ids.size > 0) toggleSelected(row.conversation.id);
  else if (key === 'Delete') {
    const { at, rows } = context;
    context.moveTo(at + 1 < rows.length ? at + 1 : at - 1);
    if (ids.size > 0) deleteSelected();
    else void deleteChat(row.conversation);
  } else return false;
  return true;
}

export function deleteSelected(): void {
  const ids = [...selection.get().ids];
  clearSelection();
  void organiseChats(ids, { removed: true });
}

function chatsOf(rows: readonly ListRow[]): readonly Conversation[] {
  return rows.flatMap((row) => (row.kind === 'chat' ? [row.conversation] : []));
}
