/**
 * Joins the beginning of an answer that was cut off and its continuation from another request. Nothing of the
 * beginning is ever changed.
 */
export interface TextJoin {
  /** What to append after this piece of the continuation. Holds back its first characters until the seam is found. */
  push(piece: string): string;
  /** What is still held back, at the end of the continuation. */
  end(): string;
}

/** How many characters the model is asked to repeat, at most. */
const ANCHOR_LENGTH = 60;
/** Shorter repetitions may be a coincidence. */
const MIN_REPETITION = 12;
/** The seam is looked for in this many characters of the continuation. */
const MAX_HELD = 240;

/** The last words of a text, which mark the place where its continuation begins. */
export function lastWords(text: string): string {
  const trimmed = text.trim();
  const tail = trimmed.slice(-ANCHOR_LENGTH);
  if (tail.length === trimmed.length) return tail;
  const atWord = tail.replace(/^\S*\s+/, '');
  const whole = tail.toWellFormed().replace(/^\uFFFD/, '');
  return atWord.length >= MIN_REPETITION ? atWord : whole.trimStart();
}

/** The continuation comes from a model that was asked to repeat `lastWords` first. It may not have done so. */
export function joinRepeated(beginning: string): TextJoin {
  const anchor = lastWords(beginning);
  return joinAtSeam((held, isAll) => {
    const lead = held.trimStart();
    if (lead.startsWith(anchor)) {
      const rest = lead.slice(anchor.length);
      return rest.trim() === '' && !isAll ? undefined : afterAnchor(beginning, rest);
    }
    // It may still become the anchor, or an introduction before it.
    if (!isAll && (anchor.startsWith(lead) || held.length < MAX_HELD)) return undefined;
    const at = anchor.length < MIN_REPETITION ? -1 : held.indexOf(anchor);
    if (at !== -1) return afterAnchor(beginning, held.slice(at + anchor.length));
    const repeated = overlap(beginning.trimEnd(), lead);
    return repeated > 0
      ? afterAnchor(beginning, lead.slice(repeated))
      : separator(beginning, held) + held;
  });
}

/** The continuation comes from a server that goes on with the message. `beginning` was sent without its trailing space. */
export function joinDirectly(beginning: string): TextJoin {
  return joinAtSeam((held, isAll) => {
    if (beginning === beginning.trimEnd()) return held;
    const rest = held.trimStart();
    return rest === '' && !isAll ? undefined : rest;
  });
}

/** `findSeam`: what to append for what is held; undefined to hold more. */
function joinAtSeam(findSeam: (held: string, isAll: boolean) => string | undefined): TextJoin {
  let held: string | undefined = '';
  return {
    push: (piece) => {
      if (held === undefined) return piece;
      held += piece;
      const found = findSeam(held, false);
      if (found !== undefined) held = undefined;
      return found ?? '';
    },
    end: () => {
      const found = held === undefined || held === '' ? '' : (findSeam(held, true) ?? '');
      held = undefined;
      return found;
    },
  };
}

/** The beginning may end with white space that the repetition has too, or that it lacks. */
function afterAnchor(beginning: string, rest: string): string {
  const space = beginning.slice(beginning.trimEnd().length);
  return rest.startsWith(space) ? rest.slice(space.length) : rest.trimStart();
}

/** The length of the longest end of one text with which the other begins; 0 for a short one. */
function overlap(text: string, next: string): number {
  for (let length = Math.min(next.length, ANCHOR_LENGTH); length >= MIN_REPETITION; length -= 1) {
    if (text.endsWith(next.slice(0, length))) return length;
  }
  return 0;
}

const BLOCK = /^(?:#{1,6} |[-*+] |\d+[.)] |```|\|)/;
/** Scripts that are written without spaces. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** What separates a continuation that repeats nothing. */
function separator(beginning: string, next: string): string {
  const [before = ''] = beginning.slice(-1);
  const [after = ''] = next;
  if (/^\s?$/.test(before) || /^\s?$/.test(after)) return '';
  if (BLOCK.test(next)) return '\n';
  const isWord = /[\p{L}\p{N}]/u.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after);
  return isWord ? ' ' : '';
}
