import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import type { DialectId, Extra } from '@postern/protocol';

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The string, or undefined if it is empty or not a string. */
export function filledText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A count from a server: a finite number ≥ 0, otherwise undefined. */
export function countOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
}

export function flagOf(value: JsonValue | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return isList(value) ? value : undefined;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The fields of an object that are not in `known`. */
export function otherFields(object: JsonObject, known: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !known.has(key)));
}

/** `{ extra }` with fields that the conversation model doesn't have, or `{}` if there are none. */
export function extraFor(dialect: DialectId, fields: JsonObject): { readonly extra?: Extra } {
  return Object.keys(fields).length === 0 ? {} : { extra: { dialect, fields } };
}

/** The extra fields if they come from this dialect, otherwise none. */
export function extraFields(dialect: DialectId, extra: Extra | undefined): JsonObject {
  return extra?.dialect === dialect ? extra.fields : {};
}

/** The object without its undefined fields, which JSON can't represent. */
export function jsonObject(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const object: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) object[key] = value;
  }
  return object;
}
