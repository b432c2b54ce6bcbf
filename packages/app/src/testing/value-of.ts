import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';

/** The value of what must succeed in a test. */
export function valueOf<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}
