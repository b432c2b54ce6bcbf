import { SECRET_PLACEHOLDER } from '@postern/kernel';

/** In UTF-16 code units. */
const MAX_LENGTH = 600;
/** More than is shown, as taking keys out makes a message shorter. */
const READ_LENGTH = 4 * MAX_LENGTH;

// eslint-disable-next-line no-control-regex -- control characters are what is taken out
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** What is or may be a key: providers repeat the refused one in their message, whole or starred. */
const KEY_SHAPES: readonly RegExp[] = [
  /()\b(?:sk|pk|rk|gsk|xai|hf|nvapi|pplx|AIza|ghp|ya29|eyJ)[-_.]?[\w*.~+/=-]{12,}/g,
  /(\bbearer\s+["']?)[^\s"',]{8,}/gi,
  /(\b(?:api[ _-]?key|token|secret|authorization)\W{1,4}(?:(?:provided|is|was)\W{1,4})?)(?=[^\s"',]*[\d*])[^\s"',]{8,}/gi,
  /()\b(?=[a-z+/=]*\d)(?=[\d+/=]*[a-z])[a-z\d+/=]{28,}/gi,
];

/**
 * A message from a provider as it may be shown and stored: one line, bounded, and with everything that
 * looks like a key taken out. The empty text stays empty.
 */
export function providerMessage(text: string): string {
  // What is cut off must not leave the half of a key behind.
  const whole = text.length <= READ_LENGTH ? text : text.slice(0, READ_LENGTH).replace(/\S*$/, '');
  const bounded = whole.replace(CONTROLS, ' ').trim();
  const clean = KEY_SHAPES.reduce(
    (cleaned, shape) => cleaned.replace(shape, `$1${SECRET_PLACEHOLDER}`),
    bounded,
  );
  return clean.length <= MAX_LENGTH ? clean : `${clean.slice(0, MAX_LENGTH - 1)}…`;
}
