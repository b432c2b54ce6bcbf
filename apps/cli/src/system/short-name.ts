import { createHash } from 'node:crypto';

/** Twelve hex digits that stand for a longer text in a file name. */
export function shortName(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
