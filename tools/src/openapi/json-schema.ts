import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';

/**
 * The JSON Schema (2020-12) of values that the product wrote: the types and members that occur. A member that not
 * every object has is optional.
 */
export function schemaOf(values: readonly JsonValue[]): JsonObject {
  const types = [...new Set(values.map(typeOf))].filter(
    (type, _, all) => type !== 'integer' || !all.includes('number'),
  );
  const objects = values.filter(isJsonObject);
  const lists = values.filter(isList);
  return {
    ...(types.length > 0 && { type: types.length === 1 ? (types[0] ?? '') : types }),
    ...(objects.length > 0 && membersOf(objects)),
    ...(lists.length > 0 && { items: schemaOf(lists.flat()) }),
  };
}

function membersOf(objects: readonly JsonObject[]): JsonObject {
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const properties = names.map((name): [string, JsonValue] => {
    const values = objects.map((object) => object[name]).filter((value) => value !== undefined);
    return [name, schemaOf(values)];
  });
  const required = names.filter((name) => objects.every((object) => name in object));
  return {
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
  };
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
