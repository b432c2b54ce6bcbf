import type { JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import { countOf, otherFields, jsonObject, objectOf } from '../json/read-json.ts';
import { usageCounts } from '../json/usage-counts.ts';

const COUNTS = new Set([
  'input_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens',
]);

/** Counts of the Messages API are cumulative. A missing or null count is unknown. */
export function decodeUsage(usage: JsonObject): Usage {
  return usageCounts({
    inputTokens: countOf(usage['input_tokens']),
    cacheReadTokens: countOf(usage['cache_read_input_tokens']),
    cacheWriteTokens: countOf(usage['cache_creation_input_tokens']),
    cacheWriteLongTokens: countOf(objectOf(usage['cache_creation'])?.['ephemeral_1h_input_tokens']),
    outputTokens: countOf(usage['output_tokens']),
    reasoningTokens: countOf(objectOf(usage['output_tokens_details'])?.['thinking_tokens']),
  });
}

/** What `decodeUsage` leaves out: tiers, regions, iterations, server tool counts. */
export function otherUsage(usage: JsonObject): JsonObject {
  return otherFields(usage, COUNTS);
}

/** `input_tokens` and `output_tokens` are required, so unknown counts are 0. */
export function encodeUsage(usage: Usage): JsonObject {
  return jsonObject({
    input_tokens: usage.inputTokens ?? 0,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens ?? 0,
    output_tokens_details:
      usage.reasoningTokens === undefined ? undefined : { thinking_tokens: usage.reasoningTokens },
  });
}
