const VISIBLE = /[\p{Letter}\p{Number}\p{Punctuation}\p{Symbol}]/u;

/** A title as it is shown: one without anything to see gets a name. */
export function shownTitle(title: string): string {
  return VISIBLE.test(title) ? title : 'Untitled';
}
