/** In code points, each of which counts as one character (NIST SP 800-63B §5.1.1). */
export const MIN_PASSPHRASE_LENGTH = 8;
export const MAX_PASSPHRASE_BYTES = 1024;

export type PassphraseProblem = 'too-short' | 'too-long';

/**
 * Why a new passphrase can't be used, by its UTF-8 in Unicode normalisation form C; undefined if it
 * can. Nothing is demanded of its composition.
 */
export function passphraseProblem(utf8: Uint8Array): PassphraseProblem | undefined {
  if (utf8.length > MAX_PASSPHRASE_BYTES) return 'too-long';
  // Every byte but the continuation bytes begins a code point.
  const length = utf8.reduce((count, byte) => ((byte & 0xc0) === 0x80 ? count : count + 1), 0);
  return length < MIN_PASSPHRASE_LENGTH ? 'too-short' : undefined;
}
