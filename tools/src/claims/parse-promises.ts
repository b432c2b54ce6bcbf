/** A promise in a document: its sentence and the claims in its mark. */
export interface Promised {
  readonly file: string;
  readonly sentence: string;
  readonly claims: readonly string[];
}

const PROMISES_HEADING = '## What Postern promises';

const CLAIM = /C-[A-Z]+-\d+/;
const VISIBLE_MARK = new RegExp(`\\[(${CLAIM.source})\\]`, 'g');
const HIDDEN_MARK = new RegExp(`<!-- ((?:${CLAIM.source})(?: ${CLAIM.source})*) -->`, 'g');

/** Words that make a sentence a promise in a document that also has other sentences. */
const PROMISING =
  /\b(?:always|at once|cannot|encrypted|never|no one|nobody|once|only|private|secure)\b/i;

/**
 * Returns every list item under the promises' heading. Each must have a visible mark: `[C-KEYS-1]`.
 */
export function promisesOfSecurity(text: string, file: string): readonly Promised[] {
  const [, after = ''] = text.split(`${PROMISES_HEADING}\n`);
  const [section = ''] = after.split(/^## /m);
  return section
    .split(/^- /m)
    .slice(1)
    .map((item) => item.split(/\n(?:\n|(?! ))/)[0] ?? '')
    .map((item) => ({
      file,
      sentence: plain(item.replaceAll(VISIBLE_MARK, '')),
      claims: marksIn(item, VISIBLE_MARK),
    }));
}

/**
 * Returns every sentence outside code that promises something. Its mark is a comment: `<!--
 * C-KEYS-1 -->`.
 */
export function promisesOfReadme(text: string, file: string): readonly Promised[] {
  return text
    .replaceAll(/^```.*?^```/gms, '')
    .split(/\n\s*\n|^(?:- |\|)|(?<=[.!?](?: <!-- [^>]*-->)?)\s+(?!\s*<!--)/m)
    .map((sentence) => ({
      file,
      sentence: plain(sentence.replaceAll(HIDDEN_MARK, '')),
      claims: marksIn(sentence, HIDDEN_MARK).flatMap((marks) => marks.split(' ')),
    }))
    .filter(({ sentence, claims }) => claims.length > 0 || PROMISING.test(sentence));
}

function marksIn(text: string, mark: RegExp): readonly string[] {
  return [...text.matchAll(mark)].map(([, claim = '']) => claim);
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
