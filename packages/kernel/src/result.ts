/**
 * An expected outcome as a value. Failures are tagged by `reason`; faults (misuse, broken
 * invariants) throw instead and are caught only by the outermost frame.
 */
export type Result<T, F> = Ok<T> | Failed<F>;

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Failed<F> {
  readonly ok: false;
  readonly failure: F;
}

export function ok(): Ok<undefined>;
export function ok<T>(value: T): Ok<T>;
export function ok<T>(value?: T): Ok<T | undefined> {
  return { ok: true, value };
}

export function failed<const F>(failure: F): Failed<F> {
  return { ok: false, failure };
}

/** Thrown by `expectOk` and `unreachable`: a bug, never a response to bad input. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

/** The value of a result that can't be a failure here. Throws if it is. */
export function expectOk<T>(result: Result<T, { readonly reason: string }>): T {
  if (result.ok) return result.value;
  throw new Fault(`expected success, got failure "${result.failure.reason}"`);
}

/** Ends an exhaustive switch: with a new variant, the call doesn't compile. */
export function unreachable(value: never): never {
  throw new Fault(`unreachable variant of type ${typeof value}`);
}
