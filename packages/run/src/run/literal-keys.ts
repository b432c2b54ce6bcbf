import { Secret } from '@postern/kernel';
import { findShapes } from '@postern/vault';
import type { ResolvedRun } from './plan-run.ts';

/** A variable of an env file that contains a key instead of a reference. */
export interface LiteralKey {
  readonly name: string;
  /** The values to mask: the whole value and the keys in it. */
  readonly values: readonly Secret[];
}

/** The variables whose text contains a key of a known form. */
export function literalKeys({ texts }: Pick<ResolvedRun, 'texts'>): readonly LiteralKey[] {
  return texts.flatMap(({ name, text }) => {
    const keys = findShapes(text).map(({ at, length }) => text.slice(at, at + length));
    return keys.length === 0
      ? []
      : [{ name, values: [...new Set([text, ...keys])].map((each) => Secret.of(each)) }];
  });
}
