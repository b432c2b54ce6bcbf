import { t } from '@lingui/core/macro';
import { ChevronsUpDown, X } from 'lucide-react';
import { useEffect, type ReactElement } from 'react';
import { IconButton } from '../controls/button.tsx';
import { clearShownLists, type ShownView } from '../conversations/shown-lists.ts';
import { organiseRequest } from './organise-request.ts';

/** Says which chats the list shows, and opens the menu with others. */
export function ListHead({ view }: { readonly view: ShownView }): ReactElement {
  // The next sidebar begins with all chats, for example after the vault was locked.
  useEffect(() => clearShownLists, []);
  return (
    <div className="list-head">
      <button
        type="button"
        className="list-view"
        aria-haspopup="menu"
        onClick={(event) => {
          organiseRequest.set({ kind: 'view-menu', anchor: event.currentTarget });
        }}
      >
        <span className="row-title" dir="auto">
          {nameOf(view)}
        </span>
        <ChevronsUpDown aria-hidden="true" size={13} />
      </button>
      {view.in !== 'main' && (
        <IconButton label={t`Show all chats`} tipAt="left" onClick={clearShownLists}>
          <X aria-hidden="true" size={15} />
        </IconButton>
      )}
    </div>
  );
}

function nameOf(view: ShownView): string {
  if (view.in === 'tag') return `#${view.name}`;
  return view.in === 'main' ? t`All chats` : t`Archive`;
}
