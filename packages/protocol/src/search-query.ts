import type { Role } from './conversation.ts';
import type { ErrorSentence } from './error-codes/error-sentences.ts';

/** What limits a search. Omitted fields limit nothing. */
export interface SearchFilters {
  /** A part of the name, in lower case. */
  readonly model?: string;
  readonly tag?: string;
  readonly folder?: string;
  readonly role?: Role;
  readonly titlesOnly?: boolean;
  /** Created at this time or later. */
  readonly fromMs?: number;
  /** Created before this time. */
  readonly untilMs?: number;
  readonly archived?: boolean;
  readonly pinned?: boolean;
}

export interface SearchQuery {
  /** Everything that is no filter. */
  readonly words: string;
  readonly filters: SearchFilters;
}

/** A filter with a value that it doesn't have. */
export interface SearchQueryFailure {
  readonly filter: string;
  readonly hint: ErrorSentence;
}

/** The filters, what they do, and what is inserted when one is chosen. */
export const SEARCH_FILTERS: readonly { readonly text: string; readonly meaning: string }[] = [
  { text: 'in:title', meaning: 'Titles only' },
  { text: 'tag:', meaning: 'Chats with a tag' },
  { text: 'folder:', meaning: 'Chats in a folder' },
  { text: 'model:', meaning: 'Answers of a model' },
  { text: 'role:user', meaning: 'What you wrote' },
  { text: 'role:assistant', meaning: 'What models answered' },
  { text: 'after:', meaning: 'From a day on, such as 2026-01-31' },
  { text: 'before:', meaning: 'Before a day, such as 2026-01-31' },
  { text: 'is:archived', meaning: 'Archived chats' },
  { text: 'is:pinned', meaning: 'Pinned chats' },
];

const DAY_HINT: ErrorSentence = 'Write a date such as 2026-01-31.';

type Reader = (value: string) => SearchFilters | ErrorSentence;

/** Each returns the filter, or a hint if the value is invalid. */
const READERS: Readonly<Record<string, Reader>> = {
  model: (model) => ({ model: model.toLowerCase() }),
  tag: (tag) => ({ tag }),
  folder: (folder) => ({ folder }),
  role: (role) =>
    role === 'user' || role === 'assistant' || role === 'system'
      ? { role }
      : 'Write role:user or role:assistant.',
  in: (place) => (place === 'title' ? { titlesOnly: true } : 'Write in:title.'),
  after: (day) => {
    const fromMs = startOfDay(day);
    return fromMs === undefined ? DAY_HINT : { fromMs };
  },
  before: (day) => {
    const untilMs = startOfDay(day);
    return untilMs === undefined ? DAY_HINT : { untilMs };
  },
  is: (state) => {
    if (state === 'archived') return { archived: true };
    return state === 'pinned' ? { pinned: true } : 'Write is:archived or is:pinned.';
  },
};

/** `key:value` or `key:"a value"`, at the beginning or after white space. */
const FILTER = /(?<=^|\s)([a-z]+):(?:"([^"]*)"?|([^\s"]\S*)?)(?=\s|$)/giu;

/**
 * Splits what a user types into words and filters. An unknown filter is words, because code has colons too. A filter
 * without a value, which is still being typed, limits nothing. Of two equal filters, the last one counts.
 */
export function parseSearchQuery(
  text: string,
):
  | { readonly ok: true; readonly value: SearchQuery }
  | ({ readonly ok: false } & SearchQueryFailure) {
  let filters: SearchFilters = {};
  let failure: SearchQueryFailure | undefined;
  const words = text.replace(FILTER, (whole, key: string, quoted?: string, plain?: string) => {
    const reader = readerOf(key);
    if (reader === undefined) return whole;
    const value = (quoted ?? plain ?? '').trim();
    if (value === '') return '';
    const read = reader(value);
    if (typeof read === 'string') failure ??= { filter: whole, hint: read };
    else filters = { ...filters, ...read };
    return '';
  });
  if (failure !== undefined) return { ok: false, ...failure };
  return { ok: true, value: { words: words.trim(), filters } };
}

/** What looks like a filter, but is searched as words. */
export function unknownFilter(text: string): string | undefined {
  for (const [, key = ''] of text.matchAll(FILTER)) {
    if (readerOf(key) === undefined) return `${key}:`;
  }
  return undefined;
}

function readerOf(key: string): Reader | undefined {
  const name = key.toLowerCase();
  return Object.hasOwn(READERS, name) ? READERS[name] : undefined;
}

/** In the time zone of the machine; undefined if there is no such day. */
function startOfDay(text: string): number | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  const isThatDay = date.getMonth() === Number(month) - 1 && date.getDate() === Number(day);
  return year === '' || !isThatDay ? undefined : date.getTime();
}
