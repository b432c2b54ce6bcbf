import {
  GAP_SEPARATORS,
  MIN_MASKED_BYTES,
  type Form,
  type Gap,
  type Spelling,
} from './secret-forms.ts';

/** Quickly finds offsets at which a form could begin. */
export interface StartTable {
  /** The first offset, not before `from`, at which a form could begin; the length if there is none. */
  next(bytes: Uint8Array, from: number): number;
  /** The forms that could begin at an offset that `next` returned. */
  formsAt(bytes: Uint8Array, at: number): readonly Form[];
}

// Every spelling of a form has at least this length.
const WINDOW = MIN_MASKED_BYTES;
const PAIRS = WINDOW - 1;
const spelled = (text: string): Spelling => {
  const bytes = Buffer.from(text);
  return { lower: bytes, upper: bytes };
};
const LINE_BREAKS = ['\n', '\r\n'].map(spelled);
const SEPARATORS = Array.from(GAP_SEPARATORS, spelled);

/** The parts of a gap in order. Each is optional. */
const GAP_PARTS: Readonly<Record<Gap, readonly (readonly Spelling[])[]>> = {
  none: [],
  break: [LINE_BREAKS],
  separators: [SEPARATORS, LINE_BREAKS, SEPARATORS],
};

/**
 * Searches with the algorithm of Wu and Manber ("A fast algorithm for multi-pattern searching", 1994) over
 * the first eight bytes of the forms. The two bytes at the end of the window determine how far it can move
 * before they could be part of a form, so most of the input is skipped.
 */
export function startTable(forms: readonly Form[]): StartTable {
  const moves = new Uint8Array(65_536).fill(PAIRS);
  const byPair = new Map<number, Form[]>();
  const byByte = new Map<number, Form[]>();
  for (const form of forms) {
    visitFirstPairs(form, (pair, offset) => {
      moves[pair] = Math.min(moves[pair] ?? 0, PAIRS - 1 - offset);
      if (offset === 0) {
        addTo(byPair, pair, form);
        addTo(byByte, pair >> 8, form);
      }
    });
  }
  const formsAt = (bytes: Uint8Array, at: number): readonly Form[] => {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1];
    const found = second === undefined ? byByte.get(first) : byPair.get((first << 8) | second);
    return found ?? [];
  };
  return {
    formsAt,
    next: (bytes, from) => {
      let end = from + WINDOW - 1;
      while (end < bytes.length) {
        const move = moves[((bytes[end - 1] ?? 0) << 8) | (bytes[end] ?? 0)] ?? 1;
        if (move !== 0) end += move;
        else if (formsAt(bytes, end - WINDOW + 1).length > 0) return end - WINDOW + 1;
        else end += 1;
      }
      for (let at = end - WINDOW + 1; at < bytes.length; at += 1) {
        if (formsAt(bytes, at).length > 0) return at;
      }
      return bytes.length;
    },
  };
}

function addTo(forms: Map<number, Form[]>, key: number, form: Form): void {
  const list = forms.get(key);
  if (list === undefined) forms.set(key, [form]);
  else if (list.at(-1) !== form) list.push(form);
}

/** A position in a form: a byte in a spelling of a step, or of a part of the gap before the step. */
interface Place {
  readonly step: number;
  readonly spelling: Spelling;
  readonly at: number;
  /** The part of the gap, or `STEP` for the step itself. */
  readonly part: number;
}

const STEP = Infinity;

/** Visits the pairs of bytes that a form can have at each offset in the window, some more than once. */
function visitFirstPairs(form: Form, visit: (pair: number, offset: number) => void): void {
  const places = new Places(form);
  let here: ReadonlySet<Place> = new Set(places.of(0));
  for (let offset = 0; offset < PAIRS; offset += 1) {
    const following = new Set<Place>();
    for (const place of here) {
      for (const next of places.after(place)) {
        following.add(next);
        for (const first of casesAt(place)) {
          for (const second of casesAt(next)) visit((first << 8) | second, offset);
        }
      }
    }
    here = following;
  }
}

/** The byte at a place; two bytes if lower and upper case differ. */
function casesAt({ spelling: { lower, upper }, at }: Place): readonly number[] {
  const [first = 0, second = 0] = [lower[at], upper[at]];
  return first === second ? [first] : [first, second];
}

/** The places of a form. The same place is always the same object. */
class Places {
  readonly #form: Form;
  readonly #starts = new Map<string, readonly Place[]>();
  readonly #after = new Map<Place, readonly Place[]>();

  constructor(form: Form) {
    this.#form = form;
  }

  of(step: number): readonly Place[] {
    return this.#startsOf(step, STEP, this.#form.step(step));
  }

  after(place: Place): readonly Place[] {
    const known = this.#after.get(place);
    if (known !== undefined) return known;
    const { step, spelling, at, part } = place;
    const isInside = at + 1 < spelling.lower.length;
    const found = isInside
      ? [{ ...place, at: at + 1 }]
      : part === STEP
        ? this.#fromGap(step + 1, 0)
        : this.#fromGap(step, part + 1);
    this.#after.set(place, found);
    return found;
  }

  /** The places that can follow, from this part of the gap before a step. */
  #fromGap(step: number, firstPart: number): readonly Place[] {
    const parts = GAP_PARTS[this.#form.gap(step)];
    const gap = parts.flatMap((spellings, part) =>
      part < firstPart ? [] : this.#startsOf(step, part, spellings),
    );
    return [...this.of(step), ...gap];
  }

  #startsOf(step: number, part: number, spellings: readonly Spelling[]): readonly Place[] {
    const key = `${step} ${part}`;
    const known = this.#starts.get(key);
    if (known !== undefined) return known;
    const made = spellings.map((spelling) => ({ step, spelling, at: 0, part }));
    this.#starts.set(key, made);
    return made;
  }
}
