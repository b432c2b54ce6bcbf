import { Pencil, Trash2 } from 'lucide-react';
import type { Conversation, ConversationId } from '@postern/protocol';
import {
  memo,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
} from 'react';
import { openChat } from '../chat/chat.ts';
import { isComposing } from '../controls/composition.ts';
import { IconButton } from '../controls/button.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { currentRoute, navigate, routeToFragment } from '../navigation/route.ts';
import { showToast } from '../controls/toasts.tsx';
import { useSelected } from '../state/store.ts';
import {
  deleteConversation,
  renameConversation,
  restoreConversation,
} from '../conversations/conversation-list.ts';
import { displayTitle } from '../conversations/display-title.ts';

/** One conversation in the list. It can be opened, renamed in place and deleted. */
export const ConversationRow = memo(function ConversationRow(props: {
  readonly conversation: Conversation;
  readonly active: boolean;
  /** The one row of the list that Tab reaches; the arrow keys reach the others. */
  readonly tabbable: boolean;
  readonly onFocus: (id: ConversationId) => void;
  readonly onLeave: () => void;
}): ReactElement {
  const { conversation, active, tabbable, onFocus, onLeave } = props;
  const { renaming, setRenaming, link, finish } = useRenaming();
  const running = useSelected(openChat(conversation.id).chat, ({ run }) => run !== undefined);
  const startRenaming = (): void => {
    setRenaming(true);
  };
  if (renaming) {
    return (
      <li className="row" data-active={active}>
        <TitleField conversation={conversation} onDone={finish} />
      </li>
    );
  }
  const keyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const command = ROW_KEYS[event.key];
    if (command === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    command(event.currentTarget, conversation, startRenaming);
  };
  return (
    <li className="row" data-active={active}>
      <a
        ref={link}
        tabIndex={tabbable ? 0 : -1}
        onFocus={() => {
          onFocus(conversation.id);
        }}
        href={routeToFragment({ at: 'conversation', id: conversation.id })}
        className="row-link"
        aria-current={active ? 'page' : undefined}
        onClick={onLeave}
        onDoubleClick={startRenaming}
        onKeyDown={keyDown}
      >
        <span className="row-title" dir="auto">
          {displayTitle(conversation.title)}
        </span>
      </a>
      {running && <Spinner label="Answering…" />}
      <span className="row-actions">
        <IconButton label="Rename" onClick={startRenaming}>
          <Pencil aria-hidden="true" size={14} />
        </IconButton>
        <IconButton label="Delete" onClick={() => void remove(conversation)}>
          <Trash2 aria-hidden="true" size={14} />
        </IconButton>
      </span>
    </li>
  );
});

/** Whether the title is being edited. After Enter or Esc, the focus goes back to the link. */
function useRenaming(): {
  readonly renaming: boolean;
  readonly setRenaming: (renaming: boolean) => void;
  readonly link: RefObject<HTMLAnchorElement | null>;
  readonly finish: (byKey: boolean) => void;
} {
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const refocus = useRef(false);
  useEffect(() => {
    if (renaming || !refocus.current) return;
    refocus.current = false;
    link.current?.focus();
  }, [renaming]);
  const finish = (byKey: boolean): void => {
    refocus.current ||= byKey;
    setRenaming(false);
  };
  return { renaming, setRenaming, link, finish };
}

type RowCommand = (link: HTMLElement, conversation: Conversation, rename: () => void) => void;

const ROW_KEYS: Readonly<Record<string, RowCommand>> = {
  ArrowDown: (link) => {
    moveFocus(link, (at) => at + 1);
  },
  ArrowUp: (link) => {
    moveFocus(link, (at) => at - 1);
  },
  Home: (link) => {
    moveFocus(link, () => 0);
  },
  End: (link) => {
    moveFocus(link, (_at, count) => count - 1);
  },
  F2: (_link, _conversation, rename) => {
    rename();
  },
  Delete: (link, conversation) => {
    moveFocus(link, (at, count) => (at + 1 < count ? at + 1 : at - 1));
    void remove(conversation);
  },
};

function moveFocus(link: HTMLElement, to: (at: number, count: number) => number): void {
  const links = [...document.querySelectorAll<HTMLElement>('.row-link')];
  links[to(links.indexOf(link), links.length)]?.focus();
}

function TitleField(props: {
  readonly conversation: Conversation;
  readonly onDone: (byKey: boolean) => void;
}): ReactElement {
  const { conversation, onDone } = props;
  const [title, setTitle] = useState(conversation.title);
  const save = (byKey: boolean): void => {
    onDone(byKey);
    const wanted = title.trim();
    if (wanted !== '' && wanted !== conversation.title) void rename(conversation, wanted);
  };
  return (
    <input
      className="row-field"
      dir="auto"
      aria-label="Chat title"
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
        if (isComposing(event)) return;
        if (event.key === 'Enter') save(true);
        if (event.key === 'Escape') onDone(true);
      }}
    />
  );
}

async function rename(conversation: Conversation, title: string): Promise<void> {
  const renamed = await renameConversation(conversation, title);
  if (renamed.ok) {
    const now = renamed.value;
    openChat(now.id).chat.update((chat) => ({ ...chat, conversation: now }));
  } else {
    showToast(`Couldn’t rename the chat. ${renamed.failure.message}`, { tone: 'danger' });
  }
}

async function remove(conversation: Conversation): Promise<void> {
  const route = currentRoute();
  const wasOpen = route.at === 'conversation' && route.id === conversation.id;
  if (wasOpen) navigate({ at: 'new' });
  const deleted = await deleteConversation(conversation);
  if (!deleted.ok) {
    showToast(`Couldn’t delete the chat. ${deleted.failure.message}`, { tone: 'danger' });
    return;
  }
  const undo = (): void => {
    void restore(conversation, wasOpen);
  };
  showToast(`Deleted “${shortened(displayTitle(conversation.title))}”.`, {
    action: { label: 'Undo', run: undo },
  });
}

async function restore(conversation: Conversation, wasOpen: boolean): Promise<void> {
  const place = routeToFragment(currentRoute());
  const restored = await restoreConversation(conversation.id);
  if (!restored.ok) {
    showToast(`Couldn’t restore the chat. ${restored.failure.message}`, {
      tone: 'danger',
    });
  } else if (wasOpen && routeToFragment(currentRoute()) === place) {
    // Not if the user went elsewhere meanwhile.
    navigate({ at: 'conversation', id: conversation.id });
  }
}

function shortened(title: string): string {
  const letters = Array.from(title);
  return letters.length <= 40 ? title : `${letters.slice(0, 39).join('').trimEnd()}…`;
}
