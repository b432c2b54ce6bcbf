/** A request target in origin form (RFC 9112 §3.2.1), split only at the first question mark. */
export interface Target {
  /** Unchanged: never decoded or normalised, and compared byte by byte. */
  readonly path: string;
  /** With its question mark; empty if there is none. */
  readonly query: string;
}

const MAX_LENGTH = 4096;
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/**
 * Parses a raw request target. Returns undefined for absolute form (`http://host/path`), authority form and `*`,
 * because parsers could disagree about their path.
 */
export function parseTarget(raw: string | undefined): Target | undefined {
  if (raw?.startsWith('/') !== true || raw.startsWith('//')) return undefined;
  if (raw.length > MAX_LENGTH || raw.includes('#') || !VISIBLE_ASCII.test(raw)) return undefined;
  const mark = raw.indexOf('?');
  if (mark === -1) return { path: raw, query: '' };
  return { path: raw.slice(0, mark), query: raw.slice(mark) };
}
