import type { JsonObject } from '@postern/kernel';
import type { ModelPrice } from '@postern/protocol';
import { jsonObject } from '../json/read-json.ts';
import type { ModelEntry } from '../dialect.ts';

/** The list of `GET /models`. */
export function encodeModels(models: readonly ModelEntry[]): JsonObject {
  return { object: 'list', data: models.map(encodeModel) };
}

/**
 * The model of `GET /models/{id}`, without what is unknown. The owner is the part of the id before the slash,
 * as in `groq/llama`. OpenAI has no fields for facts about a model; these are OpenRouter's, which clients know.
 */
export function encodeModel({ id, createdAtMs, ...facts }: ModelEntry): JsonObject {
  const { contextWindow, maxOutput, inputModalities, outputModalities, price } = facts;
  return jsonObject({
    id,
    object: 'model',
    created: createdAtMs === undefined ? undefined : Math.floor(createdAtMs / 1000),
    owned_by: id.includes('/') ? id.slice(0, id.indexOf('/')) : 'system',
    context_length: contextWindow,
    architecture: filledObject({
      input_modalities: inputModalities,
      output_modalities: outputModalities,
    }),
    pricing: price && encodePrice(price),
    top_provider: filledObject({
      context_length: contextWindow,
      max_completion_tokens: maxOutput,
    }),
  });
}

/** US dollars for a token and for a request, in decimal notation. */
function encodePrice({ input, output, cacheRead, cacheWrite, request }: ModelPrice): JsonObject {
  return jsonObject({
    prompt: perToken(input),
    completion: perToken(output),
    input_cache_read: cacheRead === undefined ? undefined : perToken(cacheRead),
    input_cache_write: cacheWrite === undefined ? undefined : perToken(cacheWrite),
    request: request === undefined ? undefined : decimal(request, 6),
  });
}

function perToken(perMillion: number): string {
  return decimal(perMillion / 1_000_000, 12);
}

/** Without an exponent and without zeros at the end. */
function decimal(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '');
}

function filledObject(fields: Parameters<typeof jsonObject>[0]): JsonObject | undefined {
  const object = jsonObject(fields);
  return Object.keys(object).length > 0 ? object : undefined;
}
