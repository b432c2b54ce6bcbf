import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';

/** Returns the value of a result that must be a success. */
export function valueOf<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}
