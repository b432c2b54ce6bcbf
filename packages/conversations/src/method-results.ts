import { Fault, type Result } from '@postern/kernel';

/* What the methods of the store have in common. */

/** Throws unless it is a whole number from 1 to `max`. */
export function checkLimit(limit: number, max: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > max) {
    throw new Fault(`a limit is a whole number from 1 to ${max}`);
  }
}

/** The inner result of a successful attempt. */
export function flat<T, F, G>(attempted: Result<Result<T, F>, G>): Result<T, F | G> {
  return attempted.ok ? attempted.value : attempted;
}
