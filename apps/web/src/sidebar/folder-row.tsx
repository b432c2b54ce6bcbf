import { t } from '@lingui/core/macro';
import { ChevronRight, Ellipsis } from 'lucide-react';
import { memo, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { toggleFolder } from '../conversations/shown-lists.ts';
import type { RowActions } from './conversation-row.tsx';

/** The heading of a folder, which shows and hides its chats. Chats can be dropped on it. */
export const FolderRow = memo(function FolderRow(props: {
  readonly row: string;
  readonly name: string;
  readonly isOpen: boolean;
  readonly tabbable: boolean;
  readonly topRem: number;
  readonly actions: RowActions;
}): ReactElement {
  const { row, name, isOpen, tabbable, topRem, actions } = props;
  return (
    <div className="row folder-row" data-row={row} style={{ top: `${String(topRem)}rem` }}>
      <h2>
        <button
          type="button"
          className="row-link"
          tabIndex={tabbable ? 0 : -1}
          aria-expanded={isOpen}
          onFocus={() => {
            actions.onFocus(row);
          }}
          onClick={() => {
            toggleFolder(name);
          }}
        >
          <ChevronRight className="mirrored" aria-hidden="true" size={14} />
          <span className="row-title" dir="auto">
            {name}
          </span>
        </button>
      </h2>
      <span className="row-actions">
        <IconButton
          label={t`Folder actions`}
          aria-haspopup="menu"
          tabIndex={tabbable ? 0 : -1}
          onClick={(event) => {
            actions.onMenu(event.currentTarget, row);
          }}
        >
          <Ellipsis aria-hidden="true" size={15} />
        </IconButton>
      </span>
    </div>
  );
});
