import { ChevronRight } from 'lucide-react';
import {
  isAvailable,
  labelOf,
  titleOfGroup,
  type Action,
  type Chord,
} from '../shortcuts/action.ts';
import type { Row, RowGroup } from './search-rows.tsx';

/** A query that begins with it finds only actions. */
const ACTIONS_ONLY = /^\s*>/;

export function isActionsOnly(query: string): boolean {
  return ACTIONS_ONLY.test(query);
}

/** The actions that are available now and have every word of the query, those that begin with it first. */
export function actionRows(
  query: string,
  all: readonly Action[],
  keys: ReadonlyMap<string, readonly Chord[]>,
): readonly RowGroup[] {
  const wanted = plain(query.replace(ACTIONS_ONLY, '')).trim();
  const words = wanted.split(/\s+/u);
  const found = all.filter((action) => {
    const { label, group, words: others } = action;
    const texts = [labelOf(action), label(), titleOfGroup(group), others?.() ?? ''];
    const text = plain(texts.join(' '));
    return words.every((word) => text.includes(word)) && isAvailable(action);
  });
  const rank = (action: Action): number => {
    const label = plain(labelOf(action));
    if (label.startsWith(wanted)) return 0;
    return words.every((word) => label.includes(word)) ? 1 : 2;
  };
  const rows = found.sort((a, b) => rank(a) - rank(b)).map((action) => rowOf(action, keys));
  return rows.length === 0 ? [] : [{ name: 'actions', rows }];
}

/** Rows of single actions, in this order. */
export function rowsOfActions(
  ids: readonly string[],
  all: readonly Action[],
  keys: ReadonlyMap<string, readonly Chord[]>,
): readonly Row[] {
  return ids.flatMap((id) => {
    const action = all.find((each) => each.id === id);
    return action === undefined ? [] : [rowOf(action, keys)];
  });
}

function rowOf(action: Action, keys: ReadonlyMap<string, readonly Chord[]>): Row {
  return {
    key: `action ${action.id}`,
    icon: <ChevronRight className="mirrored" aria-hidden="true" size={16} />,
    title: labelOf(action),
    snippet: [],
    atMs: undefined,
    chord: keys.get(action.id)?.[0],
    action: { run: action.run },
  };
}

/** Without case and accents. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
