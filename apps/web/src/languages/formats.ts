import { formatLocale } from './i18n.ts';

/*
 * Formats of the chosen language. Like texts, they are made when the page renders, never when a module loads.
 */

export function formatNumber(number: number, options?: Intl.NumberFormatOptions): string {
  return formatterOf(Intl.NumberFormat, options).format(number);
}

export function formatDate(date: Date | number, options?: Intl.DateTimeFormatOptions): string {
  return formatterOf(Intl.DateTimeFormat, options).format(date);
}

/** “a, b and c”. */
export function formatList(items: readonly string[], options?: Intl.ListFormatOptions): string {
  return formatterOf(Intl.ListFormat, options).format(items);
}

/** Compares texts as the language sorts them, and numbers in them by their value. */
export function compareTexts(a: string, b: string): number {
  return formatterOf(Intl.Collator, COLLATION).compare(a, b);
}

const COLLATION: Intl.CollatorOptions = { numeric: true };
const formatters = new Map<string, unknown>();

/** Formatters are costly to make, and lists need many. */
function formatterOf<T, O>(Format: new (locale: string, options?: O) => T, options?: O): T {
  const key = JSON.stringify([formatLocale(), Format.name, options]);
  const known = formatters.get(key);
  if (known instanceof Format) return known;
  const made = new Format(formatLocale(), options);
  formatters.set(key, made);
  return made;
}
