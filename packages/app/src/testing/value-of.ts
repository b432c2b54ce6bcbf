import type { Result } from '@postern/kernel';
import type { Described } from '../failure/described.ts';

/** The value of what must succeed in a test. */
export function valueOf<T>(result: Result<T, Described>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}
