import { revealSecret, type Secret } from '@postern/kernel';
import type { KeyHasher } from './key-hash.ts';
import { hintOf, KEY_PREFIX } from './key-text.ts';

/** No white space, at least 16 characters. A text in our own form with a wrong checksum is a typing error. */
const FORM = /^[\x21-\x7e]{16,512}$/;
/** As many as a guess over the network can't find; keys of other programs have over 100. */
const MIN_BITS = 80;

/** Whether a text can be a key that another program created. Decided without the store. */
export function mayBeImported(text: string): boolean {
  return FORM.test(text) && !text.startsWith(KEY_PREFIX);
}

export interface ImportedText {
  readonly hash: Buffer;
  readonly hint: string;
  /** Whether the text is so short or so regular that it could be guessed. */
  readonly isWeak: boolean;
}

/** The stored parts of another program's key; undefined if a client couldn't send it as a token. */
export function importedText(key: Secret, hashOf: KeyHasher): ImportedText | undefined {
  const text = revealSecret(key);
  if (!mayBeImported(text)) return undefined;
  return { hash: hashOf(text), hint: hintOf(text), isWeak: bitsOf(text) < MIN_BITS };
}

/**
 * The entropy by the frequencies of the characters. Characters that repeat or continue the one before (`aaaa`,
 * `1234`) count nothing. An upper limit: it can't know words.
 */
function bitsOf(text: string): number {
  const codes = Array.from(text, (character) => character.charCodeAt(0));
  const counted = codes.filter((code, at) => {
    const step = code - (codes[at - 1] ?? Infinity);
    return step !== 0 && step !== 1;
  });
  const counts = new Map<number, number>();
  for (const code of counted) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts.values()].reduce(
    (bits, count) => bits - count * Math.log2(count / counted.length),
    0,
  );
}
