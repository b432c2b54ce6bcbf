import { encodeUtf8, utf8StreamDecoder } from './utf8.ts';

/** The text of a `Secret` in every printed form. */
export const SECRET_PLACEHOLDER = '[secret]';

/** Text, or bytes, which can be overwritten. */
type SecretValue = string | Uint8Array;

let readValue: (secret: Secret) => SecretValue;
let dropValue: (secret: Secret) => void;

/**
 * A value that must not be printed. Its string, JSON, template and inspect forms are the placeholder, and
 * it has no own properties. Only `revealSecret` returns the text, and lint allows it only in listed files.
 * A secret made of bytes can be overwritten (see `eraseSecret`); a string can't. `Secret` prevents
 * accidental leaks, but not access with a debugger.
 *
 * The value is a private field, which reflection can't read. Reading it from an object that isn't a
 * `Secret` throws a `TypeError`. A `WeakMap` would also work, but slows down the garbage collector.
 */
export class Secret {
  #value: SecretValue;

  static {
    readValue = (secret) => secret.#value;
    dropValue = (secret) => {
      secret.#value = '';
    };
  }

  private constructor(value: SecretValue) {
    this.#value = value;
    Object.freeze(this);
  }

  static of(text: string): Secret {
    return new Secret(text);
  }

  /** Copies UTF-8 bytes without creating a string, and overwrites the original bytes. */
  static ofBytes(bytes: Uint8Array): Secret {
    const own = copyOutsideHeap(bytes);
    bytes.fill(0);
    return new Secret(own);
  }

  get [Symbol.toStringTag](): string {
    // A getter, because a field would be an own property that a spread copies.
    return Secret.name;
  }

  toString(): string {
    return SECRET_PLACEHOLDER;
  }

  toJSON(): string {
    return SECRET_PLACEHOLDER;
  }

  [Symbol.toPrimitive](): string {
    return SECRET_PLACEHOLDER;
  }

  /** Node's `util.inspect` and `console.log` call this. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SECRET_PLACEHOLDER;
  }
}

/** The text of a secret. Every file that calls this is on the allow-list of the lint rule. */
export function revealSecret(secret: Secret): string {
  const value = readValue(secret);
  if (typeof value === 'string') return value;
  const decoder = utf8StreamDecoder();
  return decoder.push(value) + decoder.end();
}

/** The UTF-8 bytes of a secret. The caller overwrites them. Allowed only in the same files. */
export function revealSecretBytes(secret: Secret): Uint8Array {
  const value = readValue(secret);
  return typeof value === 'string' ? encodeUtf8(value) : copyOutsideHeap(value);
}

/** Empties a secret. Overwrites bytes; a string stays in memory until it is garbage-collected. */
export function eraseSecret(secret: Secret): void {
  const value = readValue(secret);
  if (typeof value !== 'string') value.fill(0);
  dropValue(secret);
}

/** A copy outside the heap, because the garbage collector moves small arrays and leaves copies. */
function copyOutsideHeap(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
