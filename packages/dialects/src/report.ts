import { failed, ok, type Result } from '@postern/kernel';
import type { DialectFailure, Encoded, EncodeWarning } from './dialect.ts';

/** Records why a translation fails. The translation continues, and its result is discarded. */
export type Report = (failure: DialectFailure) => void;

/** Records what a translation dropped or changed. */
export type Warn = (warning: EncodeWarning) => void;

/** Runs a translation and returns its value, or the first failure that it reported. */
export function reporting<T>(translate: (report: Report) => T): Result<T, DialectFailure> {
  let first: DialectFailure | undefined;
  const value = translate((failure) => {
    first ??= failure;
  });
  return first === undefined ? ok(value) : failed(first);
}

/** Like `reporting`, for a translation that can also warn. */
export function encoding<T>(
  encode: (report: Report, warn: Warn) => T,
): Result<Encoded<T>, DialectFailure> {
  const warnings: EncodeWarning[] = [];
  const value = reporting((report) => encode(report, (found) => warnings.push(found)));
  return value.ok ? ok({ value: value.value, warnings }) : value;
}
