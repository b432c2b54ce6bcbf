import type { JsonObject } from '@postern/kernel';
import type { ModelEntry } from '../dialect.ts';

/** The list of `GET /models`; the owner is the part of the id before the slash, as in `groq/llama`. */
export function encodeModels(models: readonly ModelEntry[]): JsonObject {
  return {
    object: 'list',
    data: models.map(({ id, createdAtMs }) => ({
      id,
      object: 'model',
      created: Math.floor((createdAtMs ?? 0) / 1000),
      owned_by: id.includes('/') ? id.slice(0, id.indexOf('/')) : 'system',
    })),
  };
}
