import { failed, ok, type Result } from '@postern/kernel';
import type { DialectFailure, Encoded, EncodeWarning } from './dialect.ts';

/** Notes why a translation cannot be; the translation goes on and its result is thrown away. */
export type Report = (failure: DialectFailure) => void;

/** Notes what a translation could not keep. */
export type Warn = (warning: EncodeWarning) => void;

/** Runs a translation that reports: its value, or the first failure that it reported. */
export function reporting<T>(translate: (report: Report) => T): Result<T, DialectFailure> {
  let first: DialectFailure | undefined;
  const value = translate((failure) => {
    first ??= failure;
  });
  return first === undefined ? ok(value) : failed(first);
}

/** The same for a translation that may have to leave something out. */
export function encoding<T>(
  encode: (report: Report, warn: Warn) => T,
): Result<Encoded<T>, DialectFailure> {
  const warnings: EncodeWarning[] = [];
  const value = reporting((report) => encode(report, (found) => warnings.push(found)));
  return value.ok ? ok({ value: value.value, warnings }) : value;
}
