/** A request target in origin form (RFC 9112 §3.2.1), cut at the first question mark and no more. */
export interface Target {
  /** As it came: never decoded, never normalised, compared byte by byte. */
  readonly path: string;
  /** With its question mark; the empty string where there is none. */
  readonly query: string;
}

const MAX_LENGTH = 4096;
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/**
 * Reads a raw request target. Absolute form (`http://host/path`), authority form and `*` are
 * undefined: a path that could be read in two ways is not read at all.
 */
export function parseTarget(raw: string | undefined): Target | undefined {
  if (raw?.startsWith('/') !== true || raw.startsWith('//')) return undefined;
  if (raw.length > MAX_LENGTH || raw.includes('#') || !VISIBLE_ASCII.test(raw)) return undefined;
  const mark = raw.indexOf('?');
  if (mark === -1) return { path: raw, query: '' };
  return { path: raw.slice(0, mark), query: raw.slice(mark) };
}
