import type { Secret } from '@postern/kernel';
import { matchForm, skipGap } from './match-form.ts';
import { formsOf, type Form } from './secret-forms.ts';
import { startTable, type StartTable } from './start-table.ts';

/** The text that replaces a secret. */
export const MASK = '[masked]';

/**
 * Replaces secrets in a stream of bytes. The output doesn't depend on how the stream is split into chunks.
 * Bytes outside of matches don't change. Overlapping matches become one mask.
 */
export interface Masker {
  /** Adds a chunk and returns output. Holds back bytes that may be the beginning of a match. */
  push(chunk: Uint8Array): Uint8Array;
  /**
   * Call it when the input pauses. Returns held-back bytes, but at most the first few steps of a possible
   * secret: one in eight, and no more than three. That is enough for the echo of a typed letter or the `%`
   * of a progress bar. If the secret continues after the pause, its rest is still masked.
   */
  flush(): Uint8Array;
  /** Returns the rest; an incomplete match isn't masked. Then another stream can begin. */
  end(): Uint8Array;
  /** A masker of the same secrets for another stream. Costs nothing. */
  sibling(): Masker;
  /** Whether bytes are held back that `flush` might return. */
  readonly pending: boolean;
}

export interface MaskerOptions {
  /** Default: `[masked]`. */
  readonly mask?: string;
}

const NOTHING = new Uint8Array(0);

/**
 * Masks every form (see `formsOf`) of the secrets. Secrets shorter than `MIN_MASKED_BYTES` aren't masked:
 * check `isMaskable` and warn the user.
 */
export function createMasker(secrets: readonly Secret[], options: MaskerOptions = {}): Masker {
  const forms = secrets.flatMap(formsOf);
  return new StreamMasker(startTable(forms), Buffer.from(options.mask ?? MASK));
}

class StreamMasker implements Masker {
  readonly #starts: StartTable;
  readonly #mask: Uint8Array;
  /** The bytes that are held back. The offsets below are relative to them. */
  #kept: Uint8Array = NOTHING;
  /** Everything before this offset is in the output, masked or not. */
  #shownEnd = 0;
  /** The end of the last mask. */
  #maskedEnd = 0;

  constructor(starts: StartTable, mask: Uint8Array) {
    this.#starts = starts;
    this.#mask = mask;
  }

  get pending(): boolean {
    return this.#shownEnd < this.#kept.length;
  }

  sibling(): Masker {
    return new StreamMasker(this.#starts, this.#mask);
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.#scan(this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]), false);
  }

  end(): Uint8Array {
    return this.#scan(this.#kept, true);
  }

  flush(): Uint8Array {
    const bytes = this.#kept;
    let end = bytes.length;
    let at = this.#starts.next(bytes, 0);
    while (at < end) {
      end = Math.min(end, this.#showableEnd(bytes, at));
      at = this.#starts.next(bytes, at + 1);
    }
    if (end <= this.#shownEnd) return NOTHING;
    const shown = bytes.slice(this.#shownEnd, end);
    this.#shownEnd = end;
    return shown;
  }

  /** The offset up to which bytes may be shown, given the possible matches at `start`. */
  #showableEnd(bytes: Uint8Array, start: number): number {
    let showable = bytes.length;
    for (const form of this.#starts.formsAt(bytes, start)) {
      const { longestEnd, cut } = matchForm(form, bytes, start);
      if (longestEnd !== -1) return start;
      if (cut) showable = Math.min(showable, showableEnd(form, bytes, start));
    }
    return showable;
  }

  #scan(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const output: Uint8Array[] = [];
    let at = this.#starts.next(bytes, 0);
    while (at < bytes.length) {
      const { end, cut } = this.#matchAt(bytes, at);
      if (end !== -1) this.#maskRange(output, bytes, at, end);
      if (cut && !isLast) break;
      at = this.#starts.next(bytes, at + 1);
    }
    if (this.#shownEnd < at) output.push(bytes.subarray(this.#shownEnd, at));
    this.#shownEnd = Math.max(0, this.#shownEnd - at);
    this.#maskedEnd = Math.max(0, this.#maskedEnd - at);
    this.#kept = at === bytes.length ? NOTHING : bytes.slice(at);
    if (at === bytes.length) this.#shownEnd = 0;
    return joined(output);
  }

  #matchAt(bytes: Uint8Array, start: number): { end: number; cut: boolean } {
    let end = -1;
    let cut = false;
    for (const form of this.#starts.formsAt(bytes, start)) {
      const match = matchForm(form, bytes, start);
      end = Math.max(end, match.longestEnd);
      cut ||= match.cut;
    }
    return { end, cut };
  }

  #maskRange(output: Uint8Array[], bytes: Uint8Array, start: number, end: number): void {
    if (end <= this.#maskedEnd) return;
    const continues = start < this.#maskedEnd && this.#shownEnd === this.#maskedEnd;
    if (!continues) {
      if (this.#shownEnd < start) output.push(bytes.subarray(this.#shownEnd, start));
      output.push(this.#mask);
    }
    this.#maskedEnd = end;
    this.#shownEnd = Math.max(this.#shownEnd, end);
  }
}

/** The end of the steps that a pause may show, including the gap after them, which reveals nothing. */
function showableEnd(form: Form, bytes: Uint8Array, start: number): number {
  const { shortestEnd } = matchForm(form, bytes, start, form.showable);
  if (shortestEnd === -1) return bytes.length;
  const afterBreak = skipGap(form.gap(form.showable), bytes, shortestEnd);
  return afterBreak < 0 ? bytes.length : afterBreak;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only === undefined) return NOTHING;
  return parts.length === 1 ? only : Buffer.concat(parts);
}
