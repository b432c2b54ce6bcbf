import { Buffer } from 'node:buffer';
import { KeySearch } from './key-search.ts';

/** The encodings of a key that could be in a response. */
export interface KeyForms {
  readonly forms: readonly Buffer[];
  /** The same as text. */
  readonly texts: readonly string[];
  /** The length of the shortest form. A shorter text can't contain one. */
  readonly shortest: number;
  /** Finds quickly that no form is in a text, which is nearly always so. */
  readonly search: KeySearch;
  /** 1 for every byte after which the rest of a form may follow. */
  readonly unfinished: Uint8Array;
}

/** Shorter keys aren't redacted, because they could be ordinary words. */
const MIN_LENGTH = 8;

/**
 * The forms of a key that is visible ASCII: as it is, escaped for JSON and for URLs, in hexadecimal,
 * and in base64 at every offset in the encoded text. Undefined if the key is too short.
 */
export function keyForms(key: string): KeyForms | undefined {
  if (key.length < MIN_LENGTH) return undefined;
  const json = JSON.stringify(key).slice(1, -1);
  const inUrl = encodeURIComponent(key);
  const hex = Buffer.from(key).toString('hex');
  const texts = new Set([
    key,
    json,
    json.replaceAll('/', '\\/'),
    inUrl,
    inUrl.replace(/%../g, (escape) => escape.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((shift) => base64Forms(key, shift)),
  ]);
  const forms = [...texts].map((text) => Buffer.from(text));
  const unfinished = new Uint8Array(256);
  for (const form of forms) for (const byte of form.subarray(0, -1)) unfinished[byte] = 1;
  return {
    forms,
    texts: [...texts],
    shortest: Math.min(...forms.map(({ length }) => length)),
    search: new KeySearch(forms),
    unfinished,
  };
}

/** The forms of several keys, of which any may be in a response. */
export function joinedForms(keys: readonly KeyForms[]): KeyForms {
  // The longest first: a key could begin with another one.
  const texts = keys.flatMap((key) => key.texts).sort((one, other) => other.length - one.length);
  const forms = keys.flatMap((key) => key.forms);
  return {
    texts,
    forms,
    search: new KeySearch(forms),
    shortest: Math.min(...keys.map(({ shortest }) => shortest)),
    unfinished: new Uint8Array(256).map((_none, byte) =>
      keys.some(({ unfinished }) => unfinished[byte] === 1) ? 1 : 0,
    ),
  };
}

/** The base64 digits that depend only on the key, which starts `shift` bytes after a multiple of three. */
function base64Forms(key: string, shift: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(key)]);
  const [from, to] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
  return (['base64', 'base64url'] as const).map((alphabet) =>
    bytes.toString(alphabet).slice(from, to),
  );
}
