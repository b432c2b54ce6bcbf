/** In UTF-16 code units. */
const MAX_LIVE_LENGTH = 30_000;

/**
 * The part of a growing block that is shown. A block that is longer than any a person writes is shown again
 * only when it has grown by about an eighth: to parse and lay out all of it with every word would take
 * minutes for one of a megabyte.
 */
export function steadyPart(source: string): string {
  if (source.length <= MAX_LIVE_LENGTH) return source;
  const step = 2 ** Math.floor(Math.log2(source.length) - 3);
  const part = source.slice(0, source.length - (source.length % step));
  // Never splits a surrogate pair.
  return part.replace(/[\uD800-\uDBFF]$/, '');
}
