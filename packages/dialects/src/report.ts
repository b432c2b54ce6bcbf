import { failed, ok, type Result } from '@postern/kernel';
import type { Part } from '@postern/protocol';
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
  const { value, warnings } = warning((warn) => reporting((report) => encode(report, warn)));
  return value.ok ? ok({ value: value.value, warnings }) : value;
}

/** Runs a translation that cannot fail, but may have to leave something out. */
export function warning<T>(encode: (warn: Warn) => T): Encoded<T> {
  const warnings: EncodeWarning[] = [];
  const value = encode((found) => warnings.push(found));
  return { value, warnings };
}

/** Warns of a part of an answer that a dialect has no place for. */
export function warnDroppedPart(part: Part, index: number, warn: Warn): void {
  const message = `this dialect has no field for this ${part.kind}`;
  warn({ kind: 'dropped', path: `parts[${index}]`, message });
}
