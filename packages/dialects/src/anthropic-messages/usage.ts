import type { JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import { countOf, fieldsBeside, jsonObject, objectOf } from '../json/read-json.ts';
import { usageCounts } from '../json/usage-counts.ts';

const COUNTS = new Set([
  'input_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'output_tokens',
]);

/** Counts of the Messages API: cumulative, a missing or null one is unknown. */
export function decodeUsage(usage: JsonObject): Usage {
  return usageCounts({
    inputTokens: countOf(usage['input_tokens']),
    cacheReadTokens: countOf(usage['cache_read_input_tokens']),
    cacheWriteTokens: countOf(usage['cache_creation_input_tokens']),
    outputTokens: countOf(usage['output_tokens']),
    reasoningTokens: countOf(objectOf(usage['output_tokens_details'])?.['thinking_tokens']),
  });
}

/** What `decodeUsage` leaves out: tiers, regions, iterations, server tool counts. */
export function usageBeside(usage: JsonObject): JsonObject {
  return fieldsBeside(usage, COUNTS);
}

/** `input_tokens` and `output_tokens` are required by the API's shape, so unknown ones are 0. */
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
