/** Which of several processes that answer on the same port this one is: `index` from 0 to `count - 1`. */
export interface ProcessPart {
  readonly index: number;
  readonly count: number;
}

/**
 * The part of a limit that one of several processes may use. The parts of all of them add up to the limit. If it is
 * smaller than their number, each has one; if it is 0, none has any.
 */
export function partOfLimit(limit: number, { index, count }: ProcessPart): number {
  return Math.max(Math.min(1, limit), Math.floor((limit + index) / count));
}
