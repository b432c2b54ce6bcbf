import type { Result, Secret } from '@postern/kernel';
import { formatReference, type SecretReference } from './secret-reference.ts';

/** What is wanted of the vault, together. */
export interface SecretWish {
  /** Each once. */
  readonly references: readonly SecretReference[];
  readonly whenMissing: WhenMissing;
}

/** `fail`: nothing is handed out where anything is missing. */
export type WhenMissing = 'fail' | 'leave-out';

export interface TakenSecrets {
  /** By reference, as `formatReference` writes it. */
  readonly values: ReadonlyMap<string, Secret>;
  /** References to what the vault does not have. */
  readonly missing: readonly string[];
}

/**
 * Asks the vault for all that is wanted at once: only so is it known what is handed out before any of
 * it is, and before the audit log says so.
 */
export type TakeSecrets<F> = (wish: SecretWish) => Promise<Result<TakenSecrets, F>>;

/** Each reference once, in the order of their first places. */
export function distinctReferences(
  references: readonly SecretReference[],
): readonly SecretReference[] {
  return [...new Map(references.map((each) => [formatReference(each), each])).values()];
}
