import { encodeUtf8, utf8StreamDecoder } from './utf8.ts';

/** What every printed form of a `Secret` shows. */
export const SECRET_PLACEHOLDER = '[secret]';

/** The text, or the bytes that can be overwritten. */
type SecretValue = string | Uint8Array;

let readValue: (secret: Secret) => SecretValue;
let dropValue: (secret: Secret) => void;

/**
 * A value that must not be printed. Its string, JSON, template and inspect forms are the fixed
 * placeholder, it has no properties of its own, and only `revealSecret` (allow-listed by lint, file by
 * file) gives the text back. JavaScript strings cannot be wiped; one that is made of bytes can be,
 * see `eraseSecret`. `Secret` guards against leaks by accident, not against a debugger.
 *
 * The value is a private field: no reflection reaches it, and reading it throws a `TypeError` for every
 * object that `Secret.of` didn't make. A `WeakMap` would do the same, but costs the collector time.
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

  /** Of UTF-8, without making a string of it. Takes the bytes over: they are overwritten. */
  static ofBytes(bytes: Uint8Array): Secret {
    const own = outsideTheHeap(bytes);
    bytes.fill(0);
    return new Secret(own);
  }

  get [Symbol.toStringTag](): string {
    // A getter: a field would be a property of each secret, copied by a spread.
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

/** The UTF-8 of a secret, for the caller to overwrite. On the same allow-list. */
export function revealSecretBytes(secret: Secret): Uint8Array {
  const value = readValue(secret);
  return typeof value === 'string' ? encodeUtf8(value) : outsideTheHeap(value);
}

/** Overwrites a secret that is made of bytes; it is empty afterwards. Text stays until it is collected. */
export function eraseSecret(secret: Secret): void {
  const value = readValue(secret);
  if (typeof value !== 'string') value.fill(0);
  dropValue(secret);
}

/** A copy outside the heap: the collector moves small arrays around, which leaves copies. */
function outsideTheHeap(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
