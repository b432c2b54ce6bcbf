import type { SearchHit } from '@postern/protocol';

/** Markdown's marks for emphasis, code, headings and quotes, which are only noise in a line of a list. */
const MARKS = /\*\*(?=\S|$)|(?<=\S|^)\*\*|`+|(?<=^|\n)(?:#{1,6}|>) /g;

/** The snippet of a message for one line of a list. What matches the search stays as it is. */
export function plainSnippet(snippet: SearchHit['snippet']): SearchHit['snippet'] {
  return snippet.map(({ text, match }) => ({
    text: match ? text : text.replaceAll(MARKS, ''),
    match,
  }));
}
