import { ListFilter } from 'lucide-react';
import { labelKey, SEARCH_FILTERS, type Labels } from '@postern/protocol';
import type { Row, RowGroup } from './search-rows.tsx';

const MAX_NAMES = 5;

/** The filters and names with which the last word of a query can be completed. */
export function filterRows(query: string, { tags, folders }: Labels): readonly RowGroup[] {
  const [, word = ''] = /(?:^|\s)(\S+)$/u.exec(query) ?? [];
  if (word.length < 2) return [];
  const typed = word.toLowerCase();
  const before = query.slice(0, query.length - word.length);
  const filters = SEARCH_FILTERS.filter(({ text }) => text.startsWith(typed) && text !== typed);
  const rows = [
    ...filters.map(({ text, meaning }) => rowOf(before, text, meaning)),
    ...namesFor('tag:', word, tags).map((text) => rowOf(before, text, '')),
    ...namesFor('folder:', word, folders).map((text) => rowOf(before, text, '')),
  ];
  return rows.length === 0 ? [] : [{ name: 'filters', rows }];
}

function namesFor(filter: string, word: string, names: readonly string[]): readonly string[] {
  if (!word.toLowerCase().startsWith(filter)) return [];
  const value = labelKey(word.slice(filter.length).replaceAll('"', ''));
  return names
    .filter((name) => labelKey(name).includes(value))
    .map((name) => (/[\s"]/u.test(name) ? `${filter}"${name.replaceAll('"', '')}"` : filter + name))
    .filter((text) => text !== word)
    .slice(0, MAX_NAMES);
}

function rowOf(before: string, text: string, meaning: string): Row {
  // A filter that needs a value goes on being typed; after a whole one, words follow.
  const query = before + (text.endsWith(':') ? text : `${text} `);
  return {
    key: `filter ${text}`,
    icon: <ListFilter aria-hidden="true" size={16} />,
    title: text,
    snippet: meaning === '' ? [] : [{ text: meaning, match: false }],
    atMs: undefined,
    action: { query },
  };
}
