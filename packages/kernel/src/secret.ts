/** What every printed form of a `Secret` shows. */
export const SECRET_PLACEHOLDER = '[secret]';

const values = new WeakMap<Secret, string>();

/**
 * A value that must not be printed. Its string, JSON, template and inspect forms are the fixed
 * placeholder, it has no properties of its own, and only `revealSecret` (allow-listed by lint, file by
 * file) gives the text back. JavaScript strings cannot be wiped; `Secret` guards against leaks by
 * accident, not against a debugger.
 */
export class Secret {
  private constructor(text: string) {
    values.set(this, text);
    Object.freeze(this);
  }

  static of(text: string): Secret {
    return new Secret(text);
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
  const text = values.get(secret);
  if (text === undefined) throw new TypeError('not a Secret made by Secret.of');
  return text;
}
