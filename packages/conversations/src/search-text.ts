/*
 * What search means by a word. The index splits text at everything but letters, digits and symbols
 * (FTS5's unicode61 tokenizer, which also folds case and accents). Scripts that are written without
 * spaces, and symbols, would come out as one long word each run, so a separator that occurs in no
 * text is put around each of their characters, in the index and in the query alike: a run of them is
 * then found as a phrase.
 */

/** Separates characters in the index, and is removed from displayed text. */
const SEPARATOR = '\u001f';
/** Mark a match in the index's snippets. */
export const MATCH_START = '\u0002';
export const MATCH_END = '\u0003';

/** Control characters but tab and line feed, and halves of character pairs. */
const UNSEARCHABLE = /[^\P{Cc}\n\t]|\p{Cs}/gu;
const ALONE =
  '[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}\\p{So}]';
const AROUND_ALONE = new RegExp(`(?<=${ALONE})|(?=${ALONE})`, 'gu');
const HAS_WORD = /[\p{L}\p{N}\p{Co}\p{So}]/u;
/** A word in a script with spaces, long enough to be worth completing, at the end of a text. */
const ENDS_IN_WORD = new RegExp(`(?:(?!${ALONE})[\\p{L}\\p{N}\\p{Co}]\\p{M}*){2}$`, 'u');

const MAX_QUERY_LENGTH = 1000;
const MAX_TERMS = 32;

/** A text prepared for the index: composed, without control characters, with separators. */
export function indexedText(text: string): string {
  return text.normalize('NFC').replace(UNSEARCHABLE, ' ').replace(AROUND_ALONE, SEPARATOR);
}

/**
 * The FTS5 expression for what a person typed: each term quoted, all of them required, the last one
 * completed where it ends in a word of two characters or more. Undefined if it has no words.
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

/** The pieces of a snippet in which the index has marked the matches. */
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
