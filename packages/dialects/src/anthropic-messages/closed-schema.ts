import type { JsonObject, JsonValue } from '@postern/kernel';
import { listOf, objectOf } from '../json/read-json.ts';

/**
 * A JSON Schema whose objects take no other than their named properties, as the API demands of a
 * response format; the same value where they already do.
 */
export function closedSchema(schema: JsonValue): JsonValue {
  const list = listOf(schema);
  if (list !== undefined) return closedList(list);
  const object = objectOf(schema);
  return object === undefined ? schema : closedObject(object);
}

function closedList(list: readonly JsonValue[]): readonly JsonValue[] {
  const closed = list.map(closedSchema);
  return closed.every((item, index) => item === list[index]) ? list : closed;
}

/** Values of an `enum`, a `const` or an example are no schemas. */
const VALUES = new Set(['enum', 'const', 'default', 'examples']);

function closedObject(object: JsonObject): JsonObject {
  const closed = Object.entries(object).map(([key, value]): [string, JsonValue] => [
    key,
    VALUES.has(key) ? value : closedSchema(value),
  ]);
  const isSame = closed.every(([key, value]) => value === object[key]);
  const inner = isSame ? object : Object.fromEntries(closed);
  const isOpen = object['type'] === 'object' && object['additionalProperties'] !== false;
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}
