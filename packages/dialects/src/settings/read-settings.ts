import type { JsonObject, JsonValue } from '@postern/kernel';
import type { ModelRequest } from '@postern/protocol';

/** The settings in one field of a body. */
export interface ReadField {
  readonly settings: Partial<ModelRequest>;
  /** The fields of an object that the conversation model doesn't have. */
  readonly rest?: JsonObject;
}

/** Reads one field; undefined if the conversation model doesn't have its form. */
export type FieldReader = (value: JsonValue, body: JsonObject) => ReadField | undefined;

/**
 * Reads the settings of a request. A field without a reader, or in an unknown form, is returned unchanged
 * in `rest`. Null counts as absent.
 */
export function readSettings(
  body: JsonObject,
  readers: ReadonlyMap<string, FieldReader>,
): { readonly settings: Partial<ModelRequest>; readonly rest: JsonObject } {
  let settings: Partial<ModelRequest> = {};
  const rest: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(body)) {
    const reader = readers.get(key);
    if (reader !== undefined && value === null) continue;
    const read = reader?.(value, body);
    if (read === undefined) rest[key] = value;
    else {
      settings = merged(settings, read.settings);
      if (read.rest !== undefined && Object.keys(read.rest).length > 0) rest[key] = read.rest;
    }
  }
  return { settings, rest };
}

/** Merges reasoning settings, which every dialect spreads over several fields. */
function merged(before: Partial<ModelRequest>, more: Partial<ModelRequest>): Partial<ModelRequest> {
  if (before.reasoning === undefined || more.reasoning === undefined) return { ...before, ...more };
  return { ...before, ...more, reasoning: { ...before.reasoning, ...more.reasoning } };
}

/** Creates a reader for a numeric field. */
export function numberField(
  key: 'topK' | 'seed' | 'presencePenalty' | 'frequencyPenalty',
): FieldReader {
  return (value) => (typeof value === 'number' ? { settings: { [key]: value } } : undefined);
}
