import type { Result, Secret } from '@postern/kernel';
import { formatReference, type SecretReference } from './secret-reference.ts';

/** A request for several secrets. */
export interface SecretRequest {
  /** Without duplicates. */
  readonly references: readonly SecretReference[];
  readonly whenMissing: WhenMissing;
}

/** With `fail`, no secret is returned if any is missing. */
export type WhenMissing = 'fail' | 'leave-out';

export interface TakenSecrets {
  /** The values, by the result of `formatReference`. */
  readonly values: ReadonlyMap<string, Secret>;
  /** The references to secrets that the vault doesn't have. */
  readonly missing: readonly string[];
}

/**
 * Fetches all secrets in one call, because it must be known which of them are returned before the audit log
 * records it and before any is used.
 */
export type TakeSecrets<F> = (request: SecretRequest) => Promise<Result<TakenSecrets, F>>;

/** The references without duplicates, in their original order. */
export function distinctReferences(
  references: readonly SecretReference[],
): readonly SecretReference[] {
  return [...new Map(references.map((each) => [formatReference(each), each])).values()];
}
