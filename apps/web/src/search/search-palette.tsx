import { MessageSquare, Search, SquarePen } from 'lucide-react';
import type { Conversation, SearchHit } from '@postern/protocol';
import { useId, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { conversationList } from '../conversations/conversation-list.ts';
import { displayTitle } from '../conversations/display-title.ts';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { Spinner } from '../controls/spinner.tsx';
import { navigate, type Route } from '../navigation/route.ts';
import { useStore } from '../state/store.ts';
import { useSearch } from './use-search.ts';

interface Row {
  readonly key: string;
  readonly route: Route;
  readonly icon: ReactNode;
  readonly title: string;
  readonly snippet: SearchHit['snippet'];
  readonly atMs: number | undefined;
}

/** Searches chat titles and messages. */
export function SearchPalette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { conversations } = useStore(conversationList);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const search = useSearch(query);
  const rows = query.trim() === '' ? recentRows(conversations) : hitRows(search.hits);
  const markedAt = Math.min(marked, Math.max(0, rows.length - 1));
  const listId = useId();
  useScrollIntoView(`${listId}-${markedAt}`);

  const open = (row: Row | undefined): void => {
    if (row === undefined) return;
    onClose();
    navigate(row.route);
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const moved = nextIndex(event.key, markedAt, rows.length);
    if (moved !== undefined) setMarked(moved);
    else if (event.key === 'Enter') open(rows[markedAt]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Search chats" titleHidden className="search" onClose={onClose}>
      <SearchField
        query={query}
        onQuery={(text) => {
          setQuery(text);
          setMarked(0);
        }}
        busy={search.busy}
        listId={listId}
        markedId={rows.length === 0 ? undefined : `${listId}-${markedAt}`}
        onKeyDown={keyDown}
      />
      <div className="search-rows" id={listId} role="listbox" aria-label="Chats">
        {rows.map((row, index) => (
          <SearchRow
            key={row.key}
            id={`${listId}-${index}`}
            row={row}
            marked={index === markedAt}
            onOpen={open}
          />
        ))}
      </div>
      <SearchStatus query={query} search={search} found={rows.length} />
    </Dialog>
  );
}

function SearchField(props: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly busy: boolean;
  readonly listId: string;
  readonly markedId: string | undefined;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}): ReactElement {
  const { query, onQuery, busy, listId, markedId, onKeyDown } = props;
  return (
    <div className="search-field">
      <Search aria-hidden="true" size={18} />
      <input
        role="combobox"
        aria-label="Search titles and messages"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={markedId}
        placeholder="Search titles and messages"
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the palette opens for typing
        autoFocus
        spellCheck={false}
        dir="auto"
        maxLength={400}
        value={query}
        onChange={(event) => {
          onQuery(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      {busy && <Spinner label="Searching" />}
    </div>
  );
}

function SearchRow(props: {
  readonly id: string;
  readonly row: Row;
  readonly marked: boolean;
  readonly onOpen: (row: Row) => void;
}): ReactElement {
  const { id, row, marked, onOpen } = props;
  return (
    <button
      type="button"
      role="option"
      id={id}
      tabIndex={-1}
      className="search-row"
      aria-selected={marked}
      onClick={() => {
        onOpen(row);
      }}
    >
      {row.icon}
      <span className="search-title" dir="auto">
        {row.title}
      </span>
      {row.atMs !== undefined && <time className="search-time">{dayOf(row.atMs)}</time>}
      {row.snippet.length > 0 && (
        <span className="search-snippet" dir="auto">
          {row.snippet.map(({ text, match }, index) =>
            match ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
          )}
        </span>
      )}
    </button>
  );
}

function SearchStatus(props: {
  readonly query: string;
  readonly search: ReturnType<typeof useSearch>;
  readonly found: number;
}): ReactElement | null {
  const { query, search, found } = props;
  if (search.problem !== undefined) {
    return (
      <p className="search-status" role="alert">
        {search.problem.message} {search.problem.remedy}
      </p>
    );
  }
  if (query.trim() === '' || search.busy || found > 0) return null;
  return (
    <p className="search-status" role="status">
      No results for “{query.trim()}”. Try other words.
    </p>
  );
}

function recentRows(conversations: readonly Conversation[]): readonly Row[] {
  const newChat: Row = {
    key: 'new',
    route: { at: 'new' },
    icon: <SquarePen aria-hidden="true" size={16} />,
    title: 'New chat',
    snippet: [],
    atMs: undefined,
  };
  const recent = conversations.slice(0, 7).map((conversation) => ({
    key: conversation.id,
    route: { at: 'conversation', id: conversation.id } as const,
    icon: <MessageSquare aria-hidden="true" size={16} />,
    title: displayTitle(conversation.title),
    snippet: [],
    atMs: conversation.updatedAtMs,
  }));
  return [newChat, ...recent];
}

function hitRows(hits: readonly SearchHit[]): readonly Row[] {
  return hits.map((hit, index) => ({
    key: `${hit.conversationId}/${hit.messageId ?? 'title'}/${index}`,
    route: {
      at: 'conversation',
      id: hit.conversationId,
      ...(hit.messageId === null ? {} : { message: hit.messageId }),
    },
    icon: <MessageSquare aria-hidden="true" size={16} />,
    title: displayTitle(hit.conversationTitle),
    snippet: hit.snippet,
    atMs: hit.createdAtMs,
  }));
}

const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const DAY_AND_YEAR = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

function dayOf(atMs: number): string {
  const at = new Date(atMs);
  const thisYear = at.getFullYear() === new Date().getFullYear();
  return (thisYear ? DAY : DAY_AND_YEAR).format(at);
}
