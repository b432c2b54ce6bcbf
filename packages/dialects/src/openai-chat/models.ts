import type { JsonObject } from '@postern/kernel';
import { jsonObject } from '../json/read-json.ts';
import type { ModelEntry } from '../dialect.ts';

/** The list of `GET /models`. */
export function encodeModels(models: readonly ModelEntry[]): JsonObject {
  return { object: 'list', data: models.map(encodeModel) };
}

/**
 * The model of `GET /models/{id}`, without an unknown date. The owner is the part of the id before the slash,
 * as in `groq/llama`.
 */
export function encodeModel({ id, createdAtMs }: ModelEntry): JsonObject {
  return jsonObject({
    id,
    object: 'model',
    created: createdAtMs === undefined ? undefined : Math.floor(createdAtMs / 1000),
    owned_by: id.includes('/') ? id.slice(0, id.indexOf('/')) : 'system',
  });
}
