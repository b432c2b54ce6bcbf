import { failed, ok, type Result } from '@postern/kernel';
import type { DialectFailure } from './dialect.ts';

/** Notes why a translation cannot be; the translation goes on and its result is thrown away. */
export type Report = (failure: DialectFailure) => void;

/** Runs a translation that reports: its value, or the first failure that it reported. */
export function reporting<T>(translate: (report: Report) => T): Result<T, DialectFailure> {
  let first: DialectFailure | undefined;
  const value = translate((failure) => {
    first ??= failure;
  });
  return first === undefined ? ok(value) : failed(first);
}
