import { failed, ok, type JsonValue, type Result } from '@postern/kernel';
import type { DialectFailure, ModelEntry } from '../dialect.ts';
import { countOf, filledText, listOf, objectOf } from '../json/read-json.ts';

/**
 * The entries of a list of models in either dialect's shape, as compatible servers mix them; a bare
 * list is one as well. Entries without an id are passed over.
 */
export function decodeModels(body: JsonValue): Result<readonly ModelEntry[], DialectFailure> {
  const list = listOf(objectOf(body)?.['data']) ?? listOf(body);
  if (list === undefined) {
    return failed({ reason: 'malformed', path: 'data', message: 'a list of models is required' });
  }
  return ok(list.flatMap(decodeEntry));
}

function decodeEntry(value: JsonValue): readonly ModelEntry[] {
  const entry = objectOf(value);
  const id = filledText(entry?.['id']);
  if (entry === undefined || id === undefined) return [];
  const label = filledText(entry['display_name']) ?? filledText(entry['name']) ?? id;
  const createdAtMs = createdAt(entry['created'], entry['created_at']);
  return [{ id, label, ...(createdAtMs !== undefined && { createdAtMs }) }];
}

/** The last moment of ECMAScript's calendar, in milliseconds since the epoch. */
const LAST_MS = 8.64e15;

/** Seconds since the epoch, or a date of RFC 3339; 0 is how unknown is said. */
function createdAt(
  created: JsonValue | undefined,
  createdAtText: JsonValue | undefined,
): number | undefined {
  const seconds = countOf(created);
  const ms = seconds === undefined ? Date.parse(filledText(createdAtText) ?? '') : seconds * 1000;
  return ms > 0 && ms <= LAST_MS ? ms : undefined;
}
