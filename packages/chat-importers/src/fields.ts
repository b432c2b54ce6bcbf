import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';

/*
 * Reading fields that may be missing or of another type: an export is data of a program that changes its format
 * without notice.
 */

type Field = JsonValue | undefined;

/** The text, or undefined for an empty one and for other values. */
export function textOf(value: Field): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: Field): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function objectOf(value: Field): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function listOf(value: Field): readonly JsonValue[] {
  return isJsonList(value) ? value : [];
}

export function objectsOf(value: Field): readonly JsonObject[] {
  return listOf(value).filter((each) => isJsonObject(each));
}

function isJsonList(value: Field): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Numbers above this are milliseconds, not seconds: as seconds, it is the year 5138. */
const LAST_SECONDS = 1e11;
const NUMBER = /^\d+(?:\.\d+)?$/;
/** SQLite's `CURRENT_TIMESTAMP`, which is in UTC. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/** Seconds, milliseconds, or a date as ISO 8601. A date without a zone is in UTC. In milliseconds since 1970. */
export function timeOf(value: Field): number | undefined {
  if (typeof value === 'string') {
    if (NUMBER.test(value)) return timeOf(Number(value));
    const parsed = Date.parse(WITHOUT_ZONE.test(value) ? `${value.replace(' ', 'T')}Z` : value);
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  const number = numberOf(value);
  if (number === undefined) return undefined;
  return Math.round(Math.abs(number) > LAST_SECONDS ? number : number * 1000);
}
