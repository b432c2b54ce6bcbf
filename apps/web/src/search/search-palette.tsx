import { t } from '@lingui/core/macro';
import { Search as SearchIcon } from 'lucide-react';
import { unknownFilter } from '@postern/protocol';
import { flushSync } from 'react-dom';
import { useId, useState, type KeyboardEvent, type ReactElement } from 'react';
import { soughtWords } from '../conversations/sought-words.ts';
import { labels } from '../conversations/labels.ts';
import { lists } from '../conversations/conversation-list.ts';
import { recentConversations } from '../conversations/shown-lists.ts';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { nextIndex } from '../controls/list-keys.ts';
import { Keys } from '../controls/keys.tsx';
import { SaidText } from '../controls/sent-text.tsx';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { Spinner } from '../controls/spinner.tsx';
import { formatDate } from '../languages/formats.ts';
import { navigate } from '../navigation/route.ts';
import { actions } from '../shortcuts/action.ts';
import { bindings, keysOfAll } from '../shortcuts/bindings.ts';
import { chordKeys } from '../shortcuts/chord-keys.ts';
import { useStore } from '../state/store.ts';
import { actionRows, isActionsOnly, rowsOfActions } from './action-rows.tsx';
import { filterRows } from './filter-rows.tsx';
import {
  hitRows,
  titleOfResults,
  recentRows,
  shortened,
  type GroupName,
  type Row,
  type RowAction,
  type RowGroup,
} from './search-rows.tsx';
import { useSearch, type Search } from './use-search.ts';

/** Finds chats, messages and actions. After `>` it finds only actions. */
export function SearchPalette(props: {
  readonly initialQuery?: string;
  readonly onClose: () => void;
}): ReactElement {
  const { onClose } = props;
  useStore(lists);
  const [query, setQuery] = useState(props.initialQuery ?? '');
  const [marked, setMarked] = useState(0);
  const search = useSearch(isActionsOnly(query) ? '' : query);
  const [whole, setWhole] = useState<ReadonlySet<GroupName>>(new Set());
  const groups = useGroups(query, search, whole);
  const rows = groups.flatMap((group) => group.rows);
  const markedAt = Math.min(marked, Math.max(0, rows.length - 1));
  const listId = useId();
  useScrollIntoView(`${listId}-${markedAt}`);

  const ask = (text: string): void => {
    setQuery(text);
    setMarked(0);
    setWhole(new Set());
  };
  const open = (row: Row | undefined): void => {
    if (row === undefined) return;
    const { action } = row;
    if ('query' in action) ask(action.query);
    else if ('showAll' in action) {
      setMarked(rows.indexOf(row));
      setWhole(new Set(whole).add(action.showAll));
    } else leaveBy(action, onClose);
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const moved = nextIndex(event.key, markedAt, rows.length);
    if (moved !== undefined) setMarked(moved);
    else if (event.key === 'Enter') open(rows[markedAt]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title={t`Search chats`} titleHidden className="search" onClose={onClose}>
      <SearchField
        query={query}
        onQuery={ask}
        busy={search.busy}
        listId={listId}
        markedId={rows.length === 0 ? undefined : `${listId}-${markedAt}`}
        onKeyDown={keyDown}
      />
      <SearchRows groups={groups} listId={listId} marked={rows[markedAt]} onOpen={open} />
      <SearchStatus query={query} search={search} found={rows.length} />
    </Dialog>
  );
}

/** Closes the palette, and runs the action or goes to the place. */
function leaveBy(
  action: Extract<RowAction, { readonly run: unknown } | { readonly route: unknown }>,
  close: () => void,
): void {
  if ('run' in action) {
    // The dialog returns the focus when it is gone; only then may the action move it.
    flushSync(close);
    action.run();
  } else {
    soughtWords.set(action.sought);
    close();
    navigate(action.route);
  }
}

/** The rows that are shown: for a query its results, without one the recent chats. */
function useGroups(
  query: string,
  search: Search,
  whole: ReadonlySet<GroupName>,
): readonly RowGroup[] {
  const all = useStore(actions);
  const keys = keysOfAll(all, useStore(bindings));
  const names = useStore(labels);
  if (isActionsOnly(query)) return actionRows(query, all, keys);
  if (query.trim() === '') {
    return recentRows(rowsOfActions(FIRST_ACTIONS, all, keys), recentConversations(7));
  }
  // Those of the hits’ query, so that no row comes before the hits and is chosen instead.
  const found = search.query === '' ? [] : actionRows(search.query, all, keys);
  const hits = hitRows(search.hits, whole);
  return [
    ...hits.filter(({ name }) => name === 'titles'),
    ...found.map((group) => shortened(group, whole)),
    ...hits.filter(({ name }) => name !== 'titles'),
    ...filterRows(query, names),
  ];
}

const FIRST_ACTIONS = ['new-chat', 'new-private-chat', 'all-actions'];

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
      <SearchIcon aria-hidden="true" size={18} />
      <input
        role="combobox"
        aria-label={t`Search titles and messages`}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={markedId}
        placeholder={t`Search, or type > for actions`}
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
      {busy && <Spinner label={t`Searching`} />}
    </div>
  );
}

function SearchRows(props: {
  readonly groups: readonly RowGroup[];
  readonly listId: string;
  readonly marked: Row | undefined;
  readonly onOpen: (row: Row) => void;
}): ReactElement {
  const { groups, listId, marked, onOpen } = props;
  const rows = groups.flatMap((group) => group.rows);
  return (
    <div className="search-rows" id={listId} role="listbox" aria-label={t`Results`}>
      {groups.map((group) => (
        <div key={group.name} role="group" aria-label={titleOfResults(group.name)}>
          <div className="search-group" aria-hidden="true">
            {titleOfResults(group.name)}
          </div>
          {group.rows.map((row) => (
            <SearchRow
              key={row.key}
              id={`${listId}-${rows.indexOf(row)}`}
              row={row}
              marked={row === marked}
              onOpen={onOpen}
            />
          ))}
        </div>
      ))}
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
      {row.chord !== undefined && <Keys keys={chordKeys(row.chord)} />}
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
  readonly search: Search;
  readonly found: number;
}): ReactElement | null {
  const { query, search, found } = props;
  if (search.problem !== undefined) {
    return (
      <p className="search-status" role="alert">
        <SaidText said={search.problem} />{' '}
        <span lang={search.problem.lang}>{search.problem.remedy}</span>
      </p>
    );
  }
  if (isActionsOnly(query)) {
    return found > 0 ? null : (
      <p className="search-status" role="status">
        {t`No action has these words. Try others.`}
      </p>
    );
  }
  const unknown = unknownFilter(query);
  if (unknown !== undefined) {
    return (
      <p className="search-status" role="status">
        {t`“${unknown}” is no filter, so it’s searched as text. Filters are in:, tag:, folder:, model:, role:, after:, before: and is:.`}
      </p>
    );
  }
  const words = query.trim();
  if (words === '' || search.busy || found > 0) return null;
  return (
    <p className="search-status" role="status">
      {t`No results for “${words}”. Try other words.`}
    </p>
  );
}

function dayOf(atMs: number): string {
  const isThisYear = new Date(atMs).getFullYear() === new Date().getFullYear();
  const year = isThisYear ? {} : ({ year: 'numeric' } as const);
  return formatDate(atMs, { day: 'numeric', month: 'short', ...year });
}
