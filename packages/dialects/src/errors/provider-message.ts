import { SECRET_PLACEHOLDER } from '@postern/kernel';

/** In UTF-16 code units. */
const MAX_LENGTH = 600;
/** Longer than the shown length, because removing keys shortens a message. */
const READ_LENGTH = 4 * MAX_LENGTH;

// eslint-disable-next-line no-control-regex -- it removes control characters
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Keys and text that may be one: providers repeat a rejected key in their message, whole or masked. */
const KEY_SHAPES: readonly RegExp[] = [
  /()\b(?:sk|pk|rk|gsk|xai|hf|nvapi|pplx|AIza|ghp|ya29|eyJ)[-_.]?[\w*.~+/=-]{12,}/g,
  /(\bbearer\s+["']?)[^\s"',]{8,}/gi,
  /(\b(?:api[ _-]?key|token|secret|authorization)\W{1,4}(?:(?:provided|is|was)\W{1,4})?)(?=[^\s"',]*[\d*])[^\s"',]{8,}/gi,
  /()\b(?=[a-z+/=]*\d)(?=[\d+/=]*[a-z])[a-z\d+/=]{28,}/gi,
];

/**
 * Makes a provider's message safe to show and store: one line, of limited length, without anything that
 * looks like a key. An empty message stays empty.
 */
export function providerMessage(text: string): string {
  // Shortening must not leave half of a key.
  const whole = text.length <= READ_LENGTH ? text : text.slice(0, READ_LENGTH).replace(/\S*$/, '');
  const bounded = whole.replace(CONTROLS, ' ').trim();
  const clean = KEY_SHAPES.reduce(
    (cleaned, shape) => cleaned.replace(shape, `$1${SECRET_PLACEHOLDER}`),
    bounded,
  );
  return clean.length <= MAX_LENGTH ? clean : `${clean.slice(0, MAX_LENGTH - 1)}…`;
}
