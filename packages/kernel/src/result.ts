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

/** Raised by `expectOk` and `unreachable`: a fault, never an answer to bad input. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

/** The value of a result that cannot have failed here; a failure is a fault of the caller. */
export function expectOk<T>(result: Result<T, { readonly reason: string }>): T {
  if (result.ok) return result.value;
  throw new Fault(`expected success, got failure "${result.failure.reason}"`);
}

/** Closes an exhaustive switch: a new variant makes the call fail to compile. */
export function unreachable(value: never): never {
  throw new Fault(`unreachable variant of type ${typeof value}`);
}
