/*
 * How text is split into words. The index splits text at everything except letters, digits and symbols (FTS5's
 * unicode61 tokenizer, which also folds case and accents). A run of symbols, or of characters of a script
 * without spaces, would become one long word. So in both the index and the query, each of these characters is
 * surrounded by a separator that occurs in no text, and a run of them is found as a phrase.
 */

/** Separates characters in the index, and is removed from displayed text. */
const SEPARATOR = '\u001f';
/** Mark a match in the index's snippets. */
export const MATCH_START = '\u0002';
export const MATCH_END = '\u0003';

/** Control characters except tab and line feed, and lone surrogates. */
const UNSEARCHABLE = /[^\P{Cc}\n\t]|\p{Cs}/gu;
const ALONE =
  '[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}\\p{So}]';
const AROUND_ALONE = new RegExp(`(?<=${ALONE})|(?=${ALONE})`, 'gu');
const HAS_WORD = /[\p{L}\p{N}\p{Co}\p{So}]/u;
/** A word in a script with spaces, long enough to be worth completing, at the end of a text. */
const ENDS_IN_WORD = new RegExp(`(?:(?!${ALONE})[\\p{L}\\p{N}\\p{Co}]\\p{M}*){2}$`, 'u');

const MAX_QUERY_LENGTH = 1000;
const MAX_TERMS = 32;

/** Prepares a text for the index: composes it, removes control characters and adds separators. */
export function indexedText(text: string): string {
  return text.normalize('NFC').replace(UNSEARCHABLE, ' ').replace(AROUND_ALONE, SEPARATOR);
}

/**
 * The FTS5 expression for a query: each term quoted, all required. The last term matches prefixes if it ends in a
 * word of at least two characters. Undefined if the query has no words.
 */
export function searchExpression(query: string): string | undefined {
  const terms = indexedText(query.slice(0, MAX_QUERY_LENGTH))
    .split(/\s+/u)
    .filter((term) => HAS_WORD.test(term))
    .slice(0, MAX_TERMS);
  const last = terms.at(-1);
  if (last === undefined) return undefined;
  const quoted = terms.map((term) => `"${term.replaceAll('"', '""')}"`).join(' AND ');
  return ENDS_IN_WORD.test(last) ? `${quoted} *` : quoted;
}

export interface SnippetPiece {
  readonly text: string;
  readonly match: boolean;
}

/** Splits a snippet at the matches that the index has marked. */
export function snippetPieces(marked: string): SnippetPiece[] {
  return marked
    .replaceAll(SEPARATOR, '')
    .split(MATCH_START)
    .flatMap((piece, index): SnippetPiece[] => {
      if (index === 0) return [{ text: piece, match: false }];
      const end = piece.indexOf(MATCH_END);
      return [
        { text: piece.slice(0, end), match: true },
        { text: piece.slice(end + 1), match: false },
      ];
    })
    .filter(({ text }) => text !== '');
}
