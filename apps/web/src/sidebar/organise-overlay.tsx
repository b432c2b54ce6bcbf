import { t } from '@lingui/core/macro';
import { conversationId } from '@postern/protocol';
import type { ReactElement } from 'react';
import { listedConversation, placeKey } from '../conversations/conversation-list.ts';
import { labels } from '../conversations/labels.ts';
import { folderOf, showView, shownView } from '../conversations/shown-lists.ts';
import { Menu } from '../controls/menu.tsx';
import { useStore } from '../state/store.ts';
import { chatMenu, folderMenu, viewMenu } from './organise-menus.tsx';
import { FilterPicker, FolderPicker, TagPicker } from './label-picker.tsx';
import { DeleteFolder, NewFolder, RenameChat, RenameFolder } from './name-dialogs.tsx';
import { organiseRequest, type OrganiseRequest } from './organise-request.ts';
import { SelectionBar } from './selection-bar.tsx';
import './organise.css';

/** The menu or dialog that was requested, and the selection bar while chats are selected. */
export function OrganiseOverlay(props: {
  readonly request: OrganiseRequest | undefined;
}): ReactElement {
  return (
    <>
      <SelectionBar />
      {props.request !== undefined && <Requested request={props.request} />}
    </>
  );
}

function close(): void {
  organiseRequest.set(undefined);
}

function Requested({ request }: { readonly request: OrganiseRequest }): ReactElement | null {
  switch (request.kind) {
    case 'row-menu':
      return <RowMenu anchor={request.anchor} row={request.row} />;
    case 'view-menu':
      return <ViewMenu anchor={request.anchor} />;
    case 'folder':
      return <FolderPicker ids={request.ids} onClose={close} />;
    case 'tags':
      return <TagPicker ids={request.ids} onClose={close} />;
    case 'rename-chat':
      return <RenameChat chat={request.chat} onClose={close} />;
    case 'filter':
      return (
        <FilterPicker
          onPick={(name) => {
            close();
            showView({ in: 'tag', name });
          }}
          onClose={close}
        />
      );
    case 'new-folder':
      return <NewFolder onClose={close} />;
    case 'rename-folder':
      return <RenameFolder name={request.name} onClose={close} />;
    case 'delete-folder':
      return <DeleteFolder name={request.name} onClose={close} />;
  }
}

/** The menu of a chat or a folder; nothing if it is gone. */
function RowMenu(props: {
  readonly anchor: HTMLElement;
  readonly row: string;
}): ReactElement | null {
  const { anchor, row } = props;
  const { folders } = useStore(labels);
  const folder = folders.find((name) => placeKey(folderOf(name)) === row);
  if (folder !== undefined) {
    return <Menu title={t`Folder`} anchor={anchor} items={folderMenu(folder)} onClose={close} />;
  }
  const id = conversationId.parse(row);
  const chat = id && listedConversation(id);
  if (chat === undefined) return null;
  return <Menu title={t`Chat`} anchor={anchor} items={chatMenu(chat)} onClose={close} />;
}

function ViewMenu({ anchor }: { readonly anchor: HTMLElement }): ReactElement {
  const view = useStore(shownView);
  return <Menu title={t`Shown chats`} anchor={anchor} items={viewMenu(view)} onClose={close} />;
}
