import type { KeyForms } from './key-forms.ts';

/** Replaces a key in a text that arrives in pieces, as `KeyRedactor` does in bytes. */
export class TextRedactor {
  readonly #key: KeyForms;
  #held = '';

  constructor(key: KeyForms) {
    this.#key = key;
  }

  /** Returns the text to pass on now. */
  push(piece: string): string {
    const text = redactText(this.#held + piece, this.#key);
    const end = text.length - unfinishedLength(text, this.#key);
    this.#held = text.slice(end);
    return text.slice(0, end);
  }

  /** Returns the held-back text. Half of a key or more is redacted. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held.length * 2 < this.#key.shortest ? held : '*'.repeat(held.length);
  }
}

/** Replaces a key in a complete text. */
export function redactText(text: string, { texts, search }: KeyForms): string {
  if (!search.mayBeInText(text)) return text;
  return texts.reduce((clean, form) => clean.replaceAll(form, '*'.repeat(form.length)), text);
}

/** How many of the last characters could be the beginning of a form. */
function unfinishedLength(text: string, { texts, unfinished }: KeyForms): number {
  if (unfinished[text.charCodeAt(text.length - 1)] !== 1) return 0;
  return Math.max(...texts.map((form) => overlap(text, form)));
}

/** The length of the longest suffix of `text` that is a proper prefix of `form`. */
function overlap(text: string, form: string): number {
  for (let at = Math.max(0, text.length - form.length + 1); at < text.length; at += 1) {
    if (text.startsWith(form[0] ?? '', at) && form.startsWith(text.slice(at))) {
      return text.length - at;
    }
  }
  return 0;
}
