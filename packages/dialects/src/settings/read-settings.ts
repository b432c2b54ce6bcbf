import type { JsonObject, JsonValue } from '@postern/kernel';
import type { ModelRequest } from '@postern/protocol';

/** What one field of a body says. */
export interface ReadField {
  readonly settings: Partial<ModelRequest>;
  /** The part of an object that the model has no place for. */
  readonly rest?: JsonObject;
}

/** Reads one field; undefined where it does not have a form that the model knows. */
export type FieldReader = (value: JsonValue, body: JsonObject) => ReadField | undefined;

/**
 * Reads the settings of a request. A field without a reader, or in a form of its own, is kept as it is
 * in `beside`; null is as good as absent.
 */
export function readSettings(
  body: JsonObject,
  readers: ReadonlyMap<string, FieldReader>,
): { readonly settings: Partial<ModelRequest>; readonly beside: JsonObject } {
  let settings: Partial<ModelRequest> = {};
  const beside: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(body)) {
    const reader = readers.get(key);
    if (reader !== undefined && value === null) continue;
    const read = reader?.(value, body);
    if (read === undefined) beside[key] = value;
    else {
      settings = merged(settings, read.settings);
      if (read.rest !== undefined && Object.keys(read.rest).length > 0) beside[key] = read.rest;
    }
  }
  return { settings, beside };
}

/** Reasoning is spread over several fields in every dialect. */
function merged(before: Partial<ModelRequest>, more: Partial<ModelRequest>): Partial<ModelRequest> {
  if (before.reasoning === undefined || more.reasoning === undefined) return { ...before, ...more };
  return { ...before, ...more, reasoning: { ...before.reasoning, ...more.reasoning } };
}

/** A reader of a field that is a number. */
export function numberField(
  key: 'topK' | 'seed' | 'presencePenalty' | 'frequencyPenalty',
): FieldReader {
  return (value) => (typeof value === 'number' ? { settings: { [key]: value } } : undefined);
}
