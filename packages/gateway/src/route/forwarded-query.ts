/**
 * What may stand in a query and goes on to an upstream: versions, in the forms that they have. Nothing
 * else does, since some services take a key there (`?key=…`), and a client may put its own.
 */
const FORWARDED = /^(?:beta=true|api-version=(?:\d{4}-\d\d-\d\d(?:-preview)?|preview|v1))$/;

/** @param query With its question mark, or the empty string; so is the answer. */
export function forwardedQuery(query: string): string {
  if (query === '') return '';
  const passed = query
    .slice(1)
    .split('&')
    .filter((field) => FORWARDED.test(field));
  return passed.length === 0 ? '' : `?${passed.join('&')}`;
}
