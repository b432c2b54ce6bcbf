import { createHash, timingSafeEqual } from 'node:crypto';
import { revealSecret, type Secret } from '@postern/kernel';

/** Checks a text against a token, in a time that tells nothing about the token. */
export function tokenCheck(token: Secret): (given: string) => boolean {
  const expected = digest(revealSecret(token));
  return (given) => timingSafeEqual(digest(given), expected);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
