/**
 * The query parameters that are forwarded: only versions in their usual forms. Some services accept a key in
 * the query (`?key=…`), and a client could send its gateway key there.
 */
const FORWARDED = /^(?:beta=true|api-version=(?:\d{4}-\d\d-\d\d(?:-preview)?|preview|v1))$/;

/** @param query With its question mark, or empty; so is the result. */
export function forwardedQuery(query: string): string {
  if (query === '') return '';
  const passed = query
    .slice(1)
    .split('&')
    .filter((field) => FORWARDED.test(field));
  return passed.length === 0 ? '' : `?${passed.join('&')}`;
}
