/** Characters that break a line or that a terminal interprets. */
const BREAKS = /[\p{Cc}\u2028\u2029]/gu;
/**
 * Invisible characters that reorder or hide the text around them: marks of direction, zero-width spaces, soft
 * hyphens and tags. Joiners stay, because emoji and some scripts need them.
 */
const INVISIBLE =
  /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/**
 * A text as one line for a list: without control characters, line breaks and invisible characters that change how
 * the text around it is displayed. White space becomes single spaces.
 */
export function plainLine(text: string): string {
  return text
    .toWellFormed()
    .replace(BREAKS, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .normalize('NFC');
}

/** Two names of folders or tags with the same key are the same: it ignores case and compatible forms. */
export function labelKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
