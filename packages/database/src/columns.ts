import { Fault } from '@postern/kernel';
import type { SqlRow } from './database.ts';

/*
 * Reads a column with a type check. The tables are STRICT, so a wrong type is a bug in a statement.
 */

export function textColumn(row: SqlRow, name: string): string {
  const value = row[name];
  if (typeof value === 'string') return value;
  throw new Fault(`column ${name} isn't text`);
}

export function numberColumn(row: SqlRow, name: string): number {
  const value = row[name];
  if (typeof value === 'number') return value;
  throw new Fault(`column ${name} isn't a number`);
}

/** The text, or undefined for NULL. */
export function optionalTextColumn(row: SqlRow, name: string): string | undefined {
  return row[name] === null ? undefined : textColumn(row, name);
}

/** The number, or undefined for NULL. */
export function optionalNumberColumn(row: SqlRow, name: string): number | undefined {
  return row[name] === null ? undefined : numberColumn(row, name);
}
