import type { Secret } from '@postern/kernel';
import { matchForm, skipGap } from './match-form.ts';
import { formsOf, type Form } from './secret-forms.ts';
import { startTable, type StartTable } from './start-table.ts';

/** What is written in the place of a secret. */
export const MASK = '[masked]';

/**
 * Replaces secrets in a stream of bytes. However the stream is cut into chunks, the output is the
 * same; every byte outside a match passes unchanged. Matches that overlap become one mask.
 */
export interface Masker {
  /** The output that this chunk decides. Bytes that may be the beginning of a match are kept. */
  push(chunk: Uint8Array): Uint8Array;
  /**
   * For a pause of the input: shows the kept bytes as far as that gives away no more than the
   * first few steps of a secret (one of each eight, at most three: enough for the echo of a typed
   * letter or a progress bar's `%`), and goes on following the match, so that the rest of a secret
   * that was cut by the pause is still masked.
   */
  flush(): Uint8Array;
  /** The rest. A match that the end cut off is not one. Afterwards another stream can begin. */
  end(): Uint8Array;
  /** A masker of the same secrets for another stream, made at no cost. */
  sibling(): Masker;
  /** Whether bytes are kept that a flush might show. */
  readonly pending: boolean;
}

export interface MaskerOptions {
  /** Default: `[masked]`. */
  readonly mask?: string;
}

const NOTHING = new Uint8Array(0);

/**
 * Masks every form (see `formsOf`) of the secrets. Secrets shorter than `MIN_MASKED_BYTES` are not
 * masked: ask `isMaskable` and warn.
 */
export function createMasker(secrets: readonly Secret[], options: MaskerOptions = {}): Masker {
  const forms = secrets.flatMap(formsOf);
  return new StreamMasker(startTable(forms), Buffer.from(options.mask ?? MASK));
}

class StreamMasker implements Masker {
  readonly #starts: StartTable;
  readonly #mask: Uint8Array;
  /** From the first undecided byte on. All places below count from its beginning. */
  #kept: Uint8Array = NOTHING;
  /** Up to here everything is in the output, as it was or masked. */
  #shownEnd = 0;
  /** Where the last mask ends. */
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

  /** How far a possible match at this place lets the bytes be shown. */
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

/** Where the steps that a pause may show end; a gap after them gives nothing away. */
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
