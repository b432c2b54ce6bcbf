import type { JsonObject, JsonValue } from '@postern/kernel';
import { listOf, objectOf } from '../json/read-json.ts';

/**
 * Closes every object of a JSON Schema (`additionalProperties: false`), as the API requires for a response
 * format. Returns the same value if they are closed already.
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

/** The values of these keys aren't schemas. */
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
