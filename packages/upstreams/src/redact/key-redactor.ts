import { Buffer } from 'node:buffer';
import type { KeyForms } from './key-forms.ts';
import { redactText } from './text-redactor.ts';

const ASTERISK = 0x2a;
const NOTHING = Buffer.alloc(0);

/**
 * Replaces a key in a response with asterisks, one per byte, so that lengths stay correct. It holds back only the
 * last bytes of a chunk, and only if a form of the key could begin with them.
 */
export class KeyRedactor {
  readonly key: KeyForms;
  #held: Buffer = NOTHING;

  constructor(key: KeyForms) {
    this.key = key;
  }

  /** Returns the bytes to pass on now; the chunk itself if the key isn't in it. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const clean = redact(bytes, this.key);
    const end = clean.length - this.#unfinishedLength(clean);
    this.#held = end === clean.length ? NOTHING : clean.subarray(end);
    return end === clean.length ? clean : clean.subarray(0, end);
  }

  /** Returns the held-back bytes. Half of a key or more is redacted. */
  end(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return held.length * 2 < this.key.shortest ? held : Buffer.alloc(held.length, ASTERISK);
  }

  /** Redacts a complete text, such as a header's value. */
  readonly text = (value: string): string => redactText(value, this.key);

  /** How many of the last bytes could be the beginning of a form. */
  #unfinishedLength(bytes: Buffer): number {
    if (this.key.unfinished[bytes.at(-1) ?? 0] !== 1) return 0;
    return Math.max(...this.key.forms.map((form) => overlap(bytes, form)));
  }
}

function redact(bytes: Buffer, { forms, search }: KeyForms): Buffer {
  if (!search.mayBeIn(bytes)) return bytes;
  let clean: Buffer | undefined;
  for (const form of forms) {
    for (let at = bytes.indexOf(form); at !== -1; at = bytes.indexOf(form, at + 1)) {
      clean ??= Buffer.from(bytes);
      clean.fill(ASTERISK, at, at + form.length);
    }
  }
  return clean ?? bytes;
}

/** The length of the longest suffix of `bytes` that is a proper prefix of `form`. */
function overlap(bytes: Buffer, form: Buffer): number {
  let at = bytes.indexOf(form[0] ?? 0, Math.max(0, bytes.length - form.length + 1));
  while (at !== -1) {
    const length = bytes.length - at;
    if (bytes.compare(form, 0, length, at) === 0) return length;
    at = bytes.indexOf(form[0] ?? 0, at + 1);
  }
  return 0;
}
