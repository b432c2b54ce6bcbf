import { failed, ok, type JsonValue, type Result } from '@postern/kernel';
import type { DialectFailure, ModelEntry } from '../dialect.ts';
import { decodeFacts } from './decode-facts.ts';
import { countOf, filledText, listOf, objectOf } from '../json/read-json.ts';

/**
 * Decodes a list of models. Compatible servers mix the dialects, so it accepts the form of any dialect and
 * a bare list. Entries without an id are ignored.
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
  return [{ id, label, ...(createdAtMs !== undefined && { createdAtMs }), ...decodeFacts(entry) }];
}

/** The largest time that a JavaScript `Date` can represent, in milliseconds. */
const LAST_MS = 8.64e15;

/** Seconds since the epoch or an RFC 3339 date. 0 means unknown. */
function createdAt(
  created: JsonValue | undefined,
  createdAtText: JsonValue | undefined,
): number | undefined {
  const seconds = countOf(created);
  const ms = seconds === undefined ? Date.parse(filledText(createdAtText) ?? '') : seconds * 1000;
  return ms > 0 && ms <= LAST_MS ? ms : undefined;
}
