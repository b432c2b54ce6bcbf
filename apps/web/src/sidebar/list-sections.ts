import { t } from '@lingui/core/macro';
import { labelKey, type Conversation, type ConversationPlace } from '@postern/protocol';
import { placeKey, type ConversationList } from '../conversations/conversation-list.ts';
import { folderOf, PINNED, type ShownView } from '../conversations/shown-lists.ts';
import { groupByDay } from './group-by-day.ts';

/** One row of the list. Its height is fixed, so that rows outside of the visible part needn't exist. */
export type ListRow =
  | { readonly kind: 'heading'; readonly key: string; readonly label: string }
  | {
      readonly kind: 'folder';
      readonly key: string;
      readonly name: string;
      readonly isOpen: boolean;
    }
  | {
      readonly kind: 'chat';
      readonly key: string;
      readonly conversation: Conversation;
      /** From 1. */
      readonly position: number;
    }
  /** Loads the next page of a list when it is shown. */
  | { readonly kind: 'more'; readonly key: string; readonly place: ConversationPlace }
  | { readonly kind: 'note'; readonly key: string; readonly text: string };

export interface ListSection {
  readonly key: string;
  /** Its name for screen readers. */
  readonly label: string;
  /** What a chat that is dropped here becomes a part of. */
  readonly drop: DropTarget | undefined;
  readonly rows: readonly ListRow[];
  /** How many chats it has; -1 if more follow that aren't loaded. */
  readonly setSize: number;
}

export type DropTarget = { readonly pinned: true } | { readonly folder: string | null };

/** In rem, as in the style sheet. */
const HEIGHTS: Readonly<Record<ListRow['kind'], number>> = {
  heading: 2.25,
  folder: 2.0625,
  chat: 2.0625,
  more: 2.0625,
  note: 2.0625,
};

export interface ListParts {
  readonly view: ShownView;
  readonly folders: readonly string[];
  readonly openFolders: ReadonlySet<string>;
  readonly listOf: (place: ConversationPlace) => ConversationList;
  readonly nowMs: number;
}

/** The sections of the list, from top to bottom. */
export function sectionsOf(parts: ListParts): readonly ListSection[] {
  if (parts.view.in !== 'main') return daySections(parts, parts.view, undefined);
  const pinned = parts.listOf(PINNED);
  return [
    ...(pinned.conversations.length === 0 ? [] : [pinnedSection(pinned)]),
    ...parts.folders.map((name) => folderSection(parts, name)),
    ...daySections(parts, parts.view, { folder: null }),
  ];
}

function pinnedSection(list: ConversationList): ListSection {
  const heading: ListRow = { kind: 'heading', key: 'heading pinned', label: t`Pinned` };
  return {
    ...{ key: 'pinned', label: t`Pinned`, drop: { pinned: true } },
    rows: [heading, ...chatRows(list.conversations, 0), ...moreRow(PINNED, list)],
    setSize: sizeOf(list),
  };
}

function folderSection({ openFolders, listOf }: ListParts, name: string): ListSection {
  const place = folderOf(name);
  const key = placeKey(place);
  const isOpen = openFolders.has(labelKey(name));
  const list = listOf(place);
  const heading: ListRow = { kind: 'folder', key, name, isOpen };
  const text = noteOf(list);
  const note: ListRow = { kind: 'note', key: `${key} note`, text: text ?? '' };
  const rows = isOpen
    ? [
        ...chatRows(list.conversations, 0),
        ...moreRow(place, list),
        ...(text === undefined ? [] : [note]),
      ]
    : [];
  return {
    ...{ key, label: name, drop: { folder: name } },
    rows: [heading, ...rows],
    setSize: sizeOf(list),
  };
}

function noteOf({ status, conversations }: ConversationList): string | undefined {
  if (typeof status === 'object') return t`Couldn’t load these chats.`;
  return status === 'loaded' && conversations.length === 0 ? t`No chats in this folder` : undefined;
}

function daySections(
  { listOf, nowMs }: ListParts,
  view: ShownView,
  drop: DropTarget | undefined,
): readonly ListSection[] {
  const list = listOf(view);
  let before = 0;
  const groups = groupByDay(
    list.conversations,
    Math.max(nowMs, list.conversations[0]?.updatedAtMs ?? 0),
  );
  const sections = groups.map(({ label, conversations }): ListSection => {
    const heading: ListRow = { kind: 'heading', key: `heading ${label}`, label };
    const rows = [heading, ...chatRows(conversations, before)];
    before += conversations.length;
    return { key: `day ${label}`, label, drop, rows, setSize: sizeOf(list) };
  });
  const more = moreRow(view, list);
  if (more.length === 0) return sections;
  return [...sections, { key: 'more', label: t`More`, drop, rows: more, setSize: -1 }];
}

function chatRows(conversations: readonly Conversation[], before: number): readonly ListRow[] {
  return conversations.map((conversation, index) => ({
    kind: 'chat',
    key: conversation.id,
    conversation,
    position: before + index + 1,
  }));
}

function moreRow(place: ConversationPlace, { next, status }: ConversationList): readonly ListRow[] {
  // After a failure, the list says so and offers to try again.
  if (next === null || typeof status === 'object') return [];
  return [{ kind: 'more', key: `more ${placeKey(place)} ${next}`, place }];
}

function sizeOf({ conversations, next }: ConversationList): number {
  return next === null ? conversations.length : -1;
}

/** A row and where it is, in rem from the top of the list. */
export interface PlacedRow {
  readonly row: ListRow;
  readonly section: ListSection;
  readonly topRem: number;
}

export function placeRows(sections: readonly ListSection[]): {
  readonly rows: readonly PlacedRow[];
  readonly heightRem: number;
} {
  const rows: PlacedRow[] = [];
  let topRem = 0;
  for (const section of sections) {
    for (const row of section.rows) {
      rows.push({ row, section, topRem });
      topRem += HEIGHTS[row.kind];
    }
  }
  return { rows, heightRem: topRem };
}
