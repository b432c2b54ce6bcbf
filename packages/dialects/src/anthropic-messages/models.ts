import type { JsonObject } from '@postern/kernel';
import type { ModelEntry } from '../dialect.ts';

/** The list of `GET /v1/models`. An unknown date is the epoch, as the API's documentation says. */
export function encodeModels(models: readonly ModelEntry[]): JsonObject {
  return {
    data: models.map(({ id, label, createdAtMs }) => ({
      type: 'model',
      id,
      display_name: label,
      created_at: new Date(createdAtMs ?? 0).toISOString().replace('.000Z', 'Z'),
    })),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  };
}
