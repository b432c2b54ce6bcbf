import { Secret } from '@postern/kernel';
import { findShapes } from '@postern/vault';
import type { ResolvedRun } from './plan-run.ts';

/** A variable of an env file with a key in it as it stands, where a reference belongs. */
export interface LiteralKey {
  readonly name: string;
  /** What to mask: the value and the keys in it. */
  readonly values: readonly Secret[];
}

/** The texts of a run that look like keys, by the shapes that a scan looks for. */
export function literalKeys({ texts }: Pick<ResolvedRun, 'texts'>): readonly LiteralKey[] {
  return texts.flatMap(({ name, text }) => {
    const keys = findShapes(text).map(({ at, length }) => text.slice(at, at + length));
    return keys.length === 0
      ? []
      : [{ name, values: [...new Set([text, ...keys])].map((each) => Secret.of(each)) }];
  });
}
