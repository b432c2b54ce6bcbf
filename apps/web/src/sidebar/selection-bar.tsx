import { plural, t } from '@lingui/core/macro';
import { Archive, ArchiveRestore, FolderInput, Hash, Pin, Trash2, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { listedConversation } from '../conversations/conversation-list.ts';
import { shownView } from '../conversations/shown-lists.ts';
import { useStore } from '../state/store.ts';
import { deleteSelected } from './list-keys.ts';
import { organiseChats } from './organise-chats.ts';
import { organiseRequest } from './organise-request.ts';
import { clearSelection, selection } from './selection.ts';

const ICON = { 'aria-hidden': true, size: 16 } as const;

/** What can be done with the selected chats; nothing while none is selected. */
export function SelectionBar(): ReactElement | null {
  const ids = [...useStore(selection).ids];
  const isArchive = useStore(shownView).in === 'archive';
  if (ids.length === 0) return null;
  const isPinned = ids.every((id) => listedConversation(id)?.pinned === true);
  const pinLabel = isPinned ? t`Unpin` : t`Pin`;
  const archiveLabel = isArchive ? t`Unarchive` : t`Archive`;
  return (
    <div className="selection-bar" role="toolbar" aria-label={t`Selected chats`}>
      <span className="selection-count" role="status">
        {plural(ids.length, { one: '# selected', other: '# selected' })}
      </span>
      <IconButton
        label={pinLabel}
        onClick={() => {
          clearSelection();
          void organiseChats(ids, { pinned: !isPinned });
        }}
      >
        <Pin {...ICON} />
      </IconButton>
      <IconButton
        label={t`Move to folder`}
        onClick={() => {
          organiseRequest.set({ kind: 'folder', ids });
        }}
      >
        <FolderInput {...ICON} />
      </IconButton>
      <IconButton
        label={t`Tags`}
        onClick={() => {
          organiseRequest.set({ kind: 'tags', ids });
        }}
      >
        <Hash {...ICON} />
      </IconButton>
      <IconButton
        label={archiveLabel}
        onClick={() => {
          clearSelection();
          void organiseChats(ids, { archived: !isArchive });
        }}
      >
        {isArchive ? <ArchiveRestore {...ICON} /> : <Archive {...ICON} />}
      </IconButton>
      <IconButton label={t`Delete`} onClick={deleteSelected}>
        <Trash2 {...ICON} />
      </IconButton>
      <IconButton label={t`Clear selection`} onClick={clearSelection}>
        <X {...ICON} />
      </IconButton>
    </div>
  );
}
