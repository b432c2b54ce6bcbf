import { parseJson, type JsonObject } from '@postern/kernel';
import { objectOf } from './read-json.ts';

/** The arguments of a tool call as an object; `{}` if they are cut off, empty or not an object. */
export function parseInput(inputJson: string): JsonObject {
  const parsed = parseJson(inputJson);
  return (parsed.ok ? objectOf(parsed.value) : undefined) ?? {};
}
