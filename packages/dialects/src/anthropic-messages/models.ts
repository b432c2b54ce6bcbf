import type { JsonObject } from '@postern/kernel';
import { jsonObject } from '../json/read-json.ts';
import type { ModelEntry } from '../dialect.ts';

/** A page of `GET /v1/models`. */
export function encodeModels(models: readonly ModelEntry[], hasMore = false): JsonObject {
  return {
    data: models.map(encodeModel),
    has_more: hasMore,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  };
}

/** The model of `GET /v1/models/{id}`, without what is unknown. */
export function encodeModel({ id, label, createdAtMs, ...facts }: ModelEntry): JsonObject {
  const { contextWindow, maxInput = contextWindow, maxOutput, inputModalities: input } = facts;
  return jsonObject({
    type: 'model',
    id,
    display_name: label,
    created_at:
      createdAtMs === undefined
        ? undefined
        : new Date(createdAtMs).toISOString().replace('.000Z', 'Z'),
    max_input_tokens: maxInput,
    max_tokens: maxOutput,
    capabilities: input && {
      image_input: { supported: input.includes('image') },
      pdf_input: { supported: input.includes('file') },
    },
  });
}
