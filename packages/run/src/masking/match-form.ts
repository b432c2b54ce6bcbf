import { GAP_SEPARATORS, type Form, type Gap, type Spelling, type Step } from './secret-forms.ts';

/** The matches of a form at one offset. */
export interface FormMatch {
  /** The end of the longest complete match, or -1. */
  readonly longestEnd: number;
  /** The end of the shortest complete match, or -1. */
  readonly shortestEnd: number;
  /** Whether the bytes end inside a possible (longer) match. */
  readonly cut: boolean;
}

const NONE: FormMatch = { longestEnd: -1, shortestEnd: -1, cut: false };
const DIFFERS = -1;
const CUT = -2;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Matches the first `stepCount` steps of a form at `start`. A form may be ambiguous: `%25` can be three
 * characters of the secret or one encoded character. So the match branches. No pair of offset and step
 * is tried twice, which limits the work.
 */
export function matchForm(
  form: Form,
  bytes: Uint8Array,
  start: number,
  stepCount = form.stepCount,
): FormMatch {
  if (!couldBegin(form.step(0), bytes, start)) return NONE;
  const walk = new Walk(form, bytes, stepCount);
  walk.from(start);
  return walk;
}

function couldBegin(step: Step, bytes: Uint8Array, at: number): boolean {
  return step.some((spelling) => spell(spelling, bytes, at) !== DIFFERS);
}

class Walk implements FormMatch {
  longestEnd = -1;
  shortestEnd = -1;
  cut = false;
  readonly #form: Form;
  readonly #bytes: Uint8Array;
  readonly #stepCount: number;
  #branches: { readonly at: number; readonly step: number }[] | undefined;
  #seen: Set<number> | undefined;

  constructor(form: Form, bytes: Uint8Array, stepCount: number) {
    this.#form = form;
    this.#bytes = bytes;
    this.#stepCount = stepCount;
  }

  from(start: number): void {
    this.#path(start, 0);
    for (let next = this.#branches?.pop(); next !== undefined; next = this.#branches?.pop()) {
      this.#path(next.at, next.step);
    }
  }

  #path(startAt: number, startStep: number): void {
    let at = startAt;
    for (let step = startStep; step < this.#stepCount; step += 1) {
      if (this.#wasWalked(at, step)) return;
      if (step > 0) at = skipGap(this.#form.gap(step), this.#bytes, at);
      if (at === CUT) this.cut = true;
      else at = this.#step(at, step);
      if (at < 0) return;
    }
    this.longestEnd = Math.max(this.longestEnd, at);
    this.shortestEnd = this.shortestEnd === -1 ? at : Math.min(this.shortestEnd, at);
  }

  /** The offset after one step. If several spellings match, the others become branches. */
  #step(at: number, step: number): number {
    let next = DIFFERS;
    for (const spelling of this.#form.step(step)) {
      const end = spell(spelling, this.#bytes, at);
      if (end === CUT) this.cut = true;
      else if (end !== DIFFERS && next === DIFFERS) next = end;
      else if (end !== DIFFERS && end !== next) this.#branch(end, step + 1);
    }
    return next;
  }

  #branch(at: number, step: number): void {
    this.#seen ??= new Set();
    this.#branches ??= [];
    this.#branches.push({ at, step });
  }

  #wasWalked(at: number, step: number): boolean {
    if (this.#seen === undefined) return false;
    const key = at * this.#stepCount + step;
    const walked = this.#seen.has(key);
    this.#seen.add(key);
    return walked;
  }
}

/** The offset after the spelling, `DIFFERS`, or `CUT` if the bytes end inside it. */
function spell(spelling: Spelling, bytes: Uint8Array, start: number): number {
  const { lower, upper } = spelling;
  const { length } = lower;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[start + at];
    if (byte === undefined) return CUT;
    if (byte !== lower[at] && byte !== upper[at]) return DIFFERS;
  }
  return start + length;
}

const SEPARATORS: ReadonlySet<number | undefined> = new Set(Buffer.from(GAP_SEPARATORS));

/** The offset after the gap between two steps; `CUT` if the bytes end inside it. */
export function skipGap(gap: Gap, bytes: Uint8Array, start: number): number {
  if (gap === 'none') return start;
  if (gap === 'break') return skipLineBreak(bytes, start);
  const afterFirst = SEPARATORS.has(bytes[start]) ? start + 1 : start;
  const afterBreak = skipLineBreak(bytes, afterFirst);
  return afterBreak >= 0 && SEPARATORS.has(bytes[afterBreak]) ? afterBreak + 1 : afterBreak;
}

/** The offset after a line break, if there is one; `CUT` if the bytes end inside it. */
function skipLineBreak(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === LINE_FEED) return at + 1;
  if (byte !== CARRIAGE_RETURN) return at;
  if (at + 1 === bytes.length) return CUT;
  return bytes[at + 1] === LINE_FEED ? at + 2 : at;
}
