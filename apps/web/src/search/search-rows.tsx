import { msg, plural } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { ChevronDown, MessageSquare, TextSearch } from 'lucide-react';
import type { Conversation, SearchHit } from '@postern/protocol';
import type { ReactNode } from 'react';
import type { SoughtWords } from '../conversations/sought-words.ts';
import { i18n } from '../languages/i18n.ts';
import { displayTitle } from '../conversations/display-title.ts';
import type { Route } from '../navigation/route.ts';
import type { Chord } from '../shortcuts/action.ts';
import { plainSnippet } from './plain-snippet.ts';

/** What a row does: it opens a place, or shows the rest of its group. */
export type RowAction =
  | { readonly route: Route; readonly sought: SoughtWords | undefined }
  | { readonly showAll: GroupName }
  /** Closes the palette first. */
  | { readonly run: () => void }
  /** Replaces the query. */
  | { readonly query: string };

export interface Row {
  readonly key: string;
  readonly icon: ReactNode;
  readonly title: string;
  readonly snippet: SearchHit['snippet'];
  readonly atMs: number | undefined;
  /** The keys that do the same. */
  readonly chord?: Chord | undefined;
  readonly action: RowAction;
}

export type GroupName = 'recent' | 'titles' | 'actions' | 'messages' | 'filters';

const GROUP_TITLES: Readonly<Record<GroupName, MessageDescriptor>> = {
  recent: msg`Recent`,
  titles: msg`Titles`,
  actions: msg`Actions`,
  messages: msg`Messages`,
  filters: msg`Filters`,
};

export function titleOfResults(group: GroupName): string {
  return i18n._(GROUP_TITLES[group]);
}

export interface RowGroup {
  readonly name: GroupName;
  readonly rows: readonly Row[];
}

/** Rows of a group before “Show more”. */
const FIRST: Readonly<Record<GroupName, number>> = {
  recent: 8,
  titles: 5,
  messages: 15,
  filters: 10,
  actions: 4,
};

/** The most recent chats, after some actions. */
export function recentRows(
  first: readonly Row[],
  conversations: readonly Conversation[],
): readonly RowGroup[] {
  const recent = conversations.map((conversation): Row => ({
    key: conversation.id,
    icon: <MessageSquare aria-hidden="true" size={16} />,
    title: displayTitle(conversation.title),
    snippet: [],
    atMs: conversation.updatedAtMs,
    action: { route: { at: 'conversation', id: conversation.id }, sought: undefined },
  }));
  return [{ name: 'recent', rows: [...first, ...recent] }];
}

/** The hits in titles and those in messages. Groups in `whole` show all their rows. */
export function hitRows(
  hits: readonly SearchHit[],
  whole: ReadonlySet<GroupName>,
): readonly RowGroup[] {
  const groups: readonly RowGroup[] = [
    { name: 'titles', rows: hits.filter(({ messageId }) => messageId === null).map(rowOf) },
    { name: 'messages', rows: hits.filter(({ messageId }) => messageId !== null).map(rowOf) },
  ];
  return groups.filter(({ rows }) => rows.length > 0).map((group) => shortened(group, whole));
}

/** The first rows of a group and one that shows the others, unless the group is in `whole`. */
export function shortened({ name, rows }: RowGroup, whole: ReadonlySet<GroupName>): RowGroup {
  // One more row takes no more space than the one that would reveal it.
  if (whole.has(name) || rows.length <= FIRST[name] + 1) return { name, rows };
  const more: Row = {
    key: `more ${name}`,
    icon: <ChevronDown aria-hidden="true" size={16} />,
    title: plural(rows.length - FIRST[name], { one: 'Show # more', other: 'Show # more' }),
    snippet: [],
    atMs: undefined,
    action: { showAll: name },
  };
  return { name, rows: [...rows.slice(0, FIRST[name]), more] };
}

function rowOf(hit: SearchHit, index: number): Row {
  const { conversationId: id, messageId, snippet } = hit;
  const icon =
    messageId === null ? (
      <MessageSquare aria-hidden="true" size={16} />
    ) : (
      <TextSearch aria-hidden="true" size={16} />
    );
  const words = new Set(snippet.filter(({ match }) => match).map(({ text }) => text));
  return {
    key: `${id}/${messageId ?? 'title'}/${String(index)}`,
    icon,
    title: displayTitle(hit.conversationTitle),
    snippet: messageId === null ? snippet : plainSnippet(snippet),
    atMs: hit.createdAtMs,
    action: {
      route: { at: 'conversation', id, ...(messageId === null ? {} : { message: messageId }) },
      sought: messageId === null ? undefined : { message: messageId, words: [...words] },
    },
  };
}
