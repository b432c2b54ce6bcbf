import { t } from '@lingui/core/macro';
import {
  Archive,
  ArchiveRestore,
  FolderInput,
  FolderPlus,
  Hash,
  ListChecks,
  MessagesSquare,
  Pencil,
  Pin,
  PinOff,
  Trash2,
} from 'lucide-react';
import type { Conversation } from '@postern/protocol';
import type { MenuItem } from '../controls/menu.tsx';
import { showView, type ShownView } from '../conversations/shown-lists.ts';
import { deleteChat, organiseChats } from './organise-chats.ts';
import { organiseRequest, renamedChat } from './organise-request.ts';
import { selection, toggleSelected } from './selection.ts';

const ICON = { 'aria-hidden': true, size: 15 } as const;

/** Everything that can be done with a chat in the list. */
export function chatMenu(chat: Conversation): readonly MenuItem[] {
  const { id, pinned = false, archived = false } = chat;
  const ids = [id];
  return [
    {
      label: t`Rename`,
      icon: <Pencil {...ICON} />,
      keys: ['F2'],
      run: () => {
        renamedChat.set(id);
      },
    },
    {
      label: pinned ? t`Unpin` : t`Pin`,
      icon: pinned ? <PinOff {...ICON} /> : <Pin {...ICON} />,
      run: () => void organiseChats(ids, { pinned: !pinned }),
    },
    {
      label: t`Move to folder…`,
      icon: <FolderInput {...ICON} />,
      run: () => {
        organiseRequest.set({ kind: 'folder', ids });
      },
    },
    {
      label: t`Tags…`,
      icon: <Hash {...ICON} />,
      run: () => {
        organiseRequest.set({ kind: 'tags', ids });
      },
    },
    {
      label: archived ? t`Unarchive` : t`Archive`,
      icon: archived ? <ArchiveRestore {...ICON} /> : <Archive {...ICON} />,
      run: () => void organiseChats(ids, { archived: !archived }),
    },
    {
      label: selection.get().ids.has(id) ? t`Deselect` : t`Select`,
      icon: <ListChecks {...ICON} />,
      run: () => {
        toggleSelected(id);
      },
    },
    {
      label: t`Delete`,
      icon: <Trash2 {...ICON} />,
      keys: ['Delete'],
      isDanger: true,
      run: () => void deleteChat(chat),
    },
  ];
}

export function folderMenu(name: string): readonly MenuItem[] {
  return [
    {
      label: t`Rename folder`,
      icon: <Pencil {...ICON} />,
      keys: ['F2'],
      run: () => {
        organiseRequest.set({ kind: 'rename-folder', name });
      },
    },
    {
      label: t`Delete folder`,
      icon: <Trash2 {...ICON} />,
      keys: ['Delete'],
      isDanger: true,
      run: () => {
        organiseRequest.set({ kind: 'delete-folder', name });
      },
    },
  ];
}

/** What the list can show, and a new folder. */
export function viewMenu(view: ShownView): readonly MenuItem[] {
  return [
    {
      label: t`All chats`,
      icon: <MessagesSquare {...ICON} />,
      isChecked: view.in === 'main',
      run: () => {
        showView({ in: 'main' });
      },
    },
    {
      label: t`Archive`,
      icon: <Archive {...ICON} />,
      isChecked: view.in === 'archive',
      run: () => {
        showView({ in: 'archive' });
      },
    },
    {
      label: t`Chats with a tag…`,
      icon: <Hash {...ICON} />,
      isChecked: view.in === 'tag',
      run: () => {
        organiseRequest.set({ kind: 'filter' });
      },
    },
    {
      label: t`New folder…`,
      icon: <FolderPlus {...ICON} />,
      run: () => {
        organiseRequest.set({ kind: 'new-folder' });
      },
    },
  ];
}
