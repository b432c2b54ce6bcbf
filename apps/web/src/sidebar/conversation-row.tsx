import { t } from '@lingui/core/macro';
import { Ellipsis, Pin } from 'lucide-react';
import type { Conversation, ConversationId } from '@postern/protocol';
import { memo, useState, type MouseEvent, type ReactElement } from 'react';
import { openChat } from '../chat/chat.ts';
import { isComposing } from '../controls/composition.ts';
import { IconButton } from '../controls/button.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { routeToFragment } from '../navigation/route.ts';
import { useSelected } from '../state/store.ts';
import { renameConversation } from '../conversations/conversation-list.ts';
import { showToast } from '../controls/toasts.tsx';
import { displayTitle } from '../conversations/display-title.ts';
import { renamedChat } from './organise-request.ts';
import { selection, toggleSelected } from './selection.ts';

/** What a row can ask of its list. The same object for every row and at every time. */
export interface RowActions {
  readonly onFocus: (key: string) => void;
  readonly onOpen: (event: MouseEvent<HTMLElement>, conversation: Conversation) => void;
  readonly onMenu: (anchor: HTMLElement, key: string) => void;
  readonly onRenamed: (conversation: Conversation, byKey: boolean) => void;
}

interface RowProps {
  readonly conversation: Conversation;
  readonly active: boolean;
  readonly renaming: boolean;
  /** The one row of the list that Tab reaches; the arrow keys reach the others. */
  readonly tabbable: boolean;
  readonly topRem: number;
  readonly position: number;
  readonly setSize: number;
  readonly actions: RowActions;
}

/** One conversation in the list. It can be opened, selected, renamed in place, and has a menu. */
export const ConversationRow = memo(function ConversationRow(props: RowProps): ReactElement {
  const { conversation, active, renaming, tabbable, topRem, position, setSize, actions } = props;
  const running = useSelected(openChat(conversation.id).chat, ({ run }) => run !== undefined);
  const selecting = useSelected(selection, ({ ids }) => ids.size > 0);
  const selected = useSelected(selection, ({ ids }) => ids.has(conversation.id));
  const title = displayTitle(conversation.title);
  const place = { top: `${String(topRem)}rem` };
  if (renaming) {
    return (
      <li className="row" data-active={active} data-row={conversation.id} style={place}>
        <TitleField conversation={conversation} onDone={actions.onRenamed} />
      </li>
    );
  }
  return (
    <li
      className="row"
      data-active={active}
      data-selected={selected}
      data-row={conversation.id}
      style={place}
      aria-posinset={position}
      aria-setsize={setSize}
    >
      {selecting && <RowCheck id={conversation.id} title={title} />}
      <RowLink {...props} title={title} />
      {running && <Spinner label={t`Answering…`} />}
      {conversation.pinned === true && <Pin className="row-pin" aria-label={t`Pinned`} size={12} />}
      <span className="row-actions">
        <IconButton
          label={t`Actions`}
          aria-haspopup="menu"
          tabIndex={tabbable ? 0 : -1}
          onClick={(event) => {
            actions.onMenu(event.currentTarget, conversation.id);
          }}
        >
          <Ellipsis aria-hidden="true" size={15} />
        </IconButton>
      </span>
    </li>
  );
});

function RowCheck(props: { readonly id: ConversationId; readonly title: string }): ReactElement {
  const { id, title } = props;
  const selected = useSelected(selection, ({ ids }) => ids.has(id));
  return (
    <input
      type="checkbox"
      className="row-check"
      tabIndex={-1}
      aria-label={t`Select ${title}`}
      checked={selected}
      onChange={() => {
        toggleSelected(id);
      }}
    />
  );
}

function RowLink(props: RowProps & { readonly title: string }): ReactElement {
  const { conversation, active, tabbable, actions, title } = props;
  return (
    <a
      tabIndex={tabbable ? 0 : -1}
      draggable="true"
      onFocus={() => {
        actions.onFocus(conversation.id);
      }}
      href={routeToFragment({ at: 'conversation', id: conversation.id })}
      className="row-link"
      aria-current={active ? 'page' : undefined}
      onClick={(event) => {
        actions.onOpen(event, conversation);
      }}
      onDoubleClick={() => {
        renamedChat.set(conversation.id);
      }}
    >
      <span className="row-title" dir="auto">
        {title}
      </span>
    </a>
  );
}

function TitleField(props: {
  readonly conversation: Conversation;
  readonly onDone: (conversation: Conversation, byKey: boolean) => void;
}): ReactElement {
  const { conversation, onDone } = props;
  const [title, setTitle] = useState(conversation.title);
  const save = (byKey: boolean): void => {
    onDone(conversation, byKey);
    const wanted = title.trim();
    if (wanted !== '' && wanted !== conversation.title) void renameChat(conversation, wanted);
  };
  return (
    <input
      className="row-field"
      dir="auto"
      aria-label={t`Chat title`}
      value={title}
      maxLength={200}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the field replaces the title the user chose to rename
      autoFocus
      onFocus={(event) => {
        event.target.select();
      }}
      onChange={(event) => {
        setTitle(event.target.value);
      }}
      onBlur={() => {
        save(false);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (isComposing(event)) return;
        if (event.key === 'Enter') save(true);
        if (event.key === 'Escape') onDone(conversation, true);
      }}
    />
  );
}

async function renameChat(conversation: Conversation, title: string): Promise<void> {
  const renamed = await renameConversation(conversation, title);
  if (renamed.ok) {
    const now = renamed.value;
    openChat(now.id).chat.update((chat) => ({ ...chat, conversation: now }));
  } else {
    const reason = renamed.failure.message;
    showToast(t`Couldn’t rename the chat. ${reason}`, { tone: 'danger' });
  }
}
