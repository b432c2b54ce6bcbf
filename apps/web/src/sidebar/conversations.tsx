import { msg, t } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { ConversationId, ConversationPlace } from '@postern/protocol';
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { Spinner } from '../controls/spinner.tsx';
import { i18n } from '../languages/i18n.ts';
import { useSelected, useStore } from '../state/store.ts';
import { useLater } from '../state/later.ts';
import {
  listIn,
  lists,
  loadConversations,
  loadMoreConversations,
} from '../conversations/conversation-list.ts';
import { labels } from '../conversations/labels.ts';
import { openFolders, shownView, type ShownView } from '../conversations/shown-lists.ts';
import './conversations.css';
import { ConversationRow } from './conversation-row.tsx';
import { FolderRow } from './folder-row.tsx';
import { ListHead } from './list-head.tsx';
import {
  placeRows,
  sectionsOf,
  type ListRow,
  type ListSection,
  type PlacedRow,
} from './list-sections.ts';
import { organiseLater } from './later-organise.ts';
import { dropSection, organiseRequest, renamedChat } from './organise-request.ts';
import { selection } from './selection.ts';
import { useList, type List } from './use-list.ts';
import { useVisiblePart } from '../controls/use-visible-part.ts';

/**
 * The conversations: pinned ones, folders, and the others by the day of their last use. Only the visible part is
 * rendered; the rest is loaded when it is scrolled to.
 */
export function Conversations(props: {
  readonly active: ConversationId | undefined;
  readonly onLeave: () => void;
}): ReactElement {
  const view = useStore(shownView);
  const sections = useSections(view);
  const { rows, heightRem } = useMemo(() => placeRows(sections), [sections]);
  const box = useRef<HTMLDivElement>(null);
  const part = useVisiblePart(box);
  const list = useList({ box, rows, active: props.active, onLeave: props.onLeave });
  const shown = new Set(
    rows.filter(
      ({ row, topRem }) =>
        (topRem >= part.fromRem && topRem <= part.toRem) || row.key === list.tabbable,
    ),
  );
  return (
    <>
      <ListHead view={view} />
      <div className="conversations" ref={box} {...list.events}>
        <div className="list-rows" style={{ height: `${String(heightRem)}rem` }}>
          {sections.map((section) => (
            <Section
              key={section.key}
              section={section}
              rows={rows.filter((each) => each.section === section && shown.has(each))}
              active={props.active}
              list={list}
            />
          ))}
        </div>
        <ListEnd view={view} isEmpty={rows.length === 0} />
      </div>
      <Overlay />
    </>
  );
}

/** The sections of the lists that are shown. */
function useSections(view: ShownView): readonly ListSection[] {
  const { folders } = useStore(labels);
  const open = useStore(openFolders);
  const all = useStore(lists);
  const [nowMs] = useState(() => Date.now());
  return useMemo(
    () =>
      sectionsOf({
        ...{ view, folders, openFolders: open, nowMs },
        listOf: (place) => listIn(all, place),
      }),
    [view, folders, open, nowMs, all],
  );
}

function Section(props: {
  readonly section: ListSection;
  /** Those that have to be rendered. */
  readonly rows: readonly PlacedRow[];
  readonly active: ConversationId | undefined;
  readonly list: List;
}): ReactElement | null {
  const { section, rows, active, list } = props;
  const dropping = useStore(dropSection) === section.key;
  const renamed = useStore(renamedChat);
  if (rows.length === 0) return null;
  const chats = rows.flatMap(({ row, topRem }) => (row.kind === 'chat' ? [{ row, topRem }] : []));
  return (
    <section aria-label={section.label} data-dropping={dropping}>
      {rows.map(({ row, topRem }) => (
        <OtherRow key={row.key} row={row} topRem={topRem} list={list} />
      ))}
      {chats.length > 0 && (
        <ul>
          {chats.map(({ row, topRem }) => (
            <ConversationRow
              key={row.key}
              conversation={row.conversation}
              active={row.conversation.id === active}
              renaming={row.conversation.id === renamed}
              tabbable={row.key === list.tabbable}
              topRem={topRem}
              position={row.position}
              setSize={section.setSize}
              actions={list.actions}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** A heading, a folder, the end of a page or a note; null for a chat. */
function OtherRow(props: {
  readonly row: ListRow;
  readonly topRem: number;
  readonly list: List;
}): ReactElement | null {
  const { row, topRem, list } = props;
  const style = { top: `${String(topRem)}rem` };
  switch (row.kind) {
    case 'chat':
      return null;
    case 'heading':
      return (
        <h2 data-row={row.key} style={style}>
          {row.label}
        </h2>
      );
    case 'folder':
      return (
        <FolderRow
          row={row.key}
          name={row.name}
          isOpen={row.isOpen}
          tabbable={row.key === list.tabbable}
          topRem={topRem}
          actions={list.actions}
        />
      );
    case 'more':
      return <NextPage place={row.place} topRem={topRem} />;
    case 'note':
      return (
        <p className="list-note" data-row={row.key} style={style}>
          {row.text}
        </p>
      );
  }
}

/** Loads the next page when it comes near the visible part. */
function NextPage(props: {
  readonly place: ConversationPlace;
  readonly topRem: number;
}): ReactElement {
  const { place, topRem } = props;
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (row.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void loadMoreConversations(place);
      },
      { rootMargin: '400px' },
    );
    observer.observe(row.current);
    return () => {
      observer.disconnect();
    };
  }, [place]);
  return (
    <div ref={row} className="list-more" style={{ top: `${String(topRem)}rem` }}>
      <Spinner label={t`Loading more chats…`} />
    </div>
  );
}

const NO_CHATS: Readonly<Record<ShownView['in'], MessageDescriptor>> = {
  main: msg`No chats yet. Send a message to start one.`,
  archive: msg`No archived chats.`,
  tag: msg`No chats have this tag.`,
};

/** What is shown below the rows: that there are none, that they load, or why they can’t. */
function ListEnd(props: {
  readonly view: ShownView;
  readonly isEmpty: boolean;
}): ReactElement | null {
  const { view, isEmpty } = props;
  const { status, conversations } = listIn(useStore(lists), view);
  if (typeof status === 'object') {
    return (
      <ProblemNotice
        problem={status}
        actions={<Button onClick={() => void loadConversations(view)}>{t`Try again`}</Button>}
      />
    );
  }
  if (status === 'loading' && conversations.length === 0) {
    return (
      <div className="list-skeleton" role="status" aria-label={t`Loading chats…`}>
        <i />
        <i />
        <i />
        <i />
      </div>
    );
  }
  if (status !== 'loaded' || !isEmpty) return null;
  return <p className="conversations-empty">{i18n._(NO_CHATS[view.in])}</p>;
}

/** The menus, dialogs and the selection bar, when they are needed. */
function Overlay(): ReactElement | null {
  const request = useStore(organiseRequest);
  const isSelecting = useSelected(selection, ({ ids }) => ids.size > 0);
  const later = useLater(organiseLater, request !== undefined || isSelecting);
  return later === undefined ? null : <later.OrganiseOverlay request={request} />;
}
