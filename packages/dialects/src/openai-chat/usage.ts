import type { JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import { countOf, otherFields, jsonObject, objectOf } from '../json/read-json.ts';
import { splitPrompt, usageCounts } from '../json/usage-counts.ts';

const COUNTS = new Set(['prompt_tokens', 'completion_tokens', 'total_tokens']);

/**
 * Decodes the counts of chat completions. `prompt_tokens` includes cache reads, which DeepSeek sends as
 * `prompt_cache_hit_tokens` and Moonshot as `cached_tokens`, and cache writes. Counts are never negative.
 */
export function decodeUsage(usage: JsonObject): Usage {
  const promptDetails = objectOf(usage['prompt_tokens_details']);
  const answerDetails = objectOf(usage['completion_tokens_details']);
  const prompt = countOf(usage['prompt_tokens']);
  const cacheRead =
    countOf(promptDetails?.['cached_tokens']) ??
    countOf(usage['prompt_cache_hit_tokens']) ??
    countOf(usage['cached_tokens']);
  const cacheWrite = countOf(promptDetails?.['cache_write_tokens']);
  const reasoningTokens = countOf(answerDetails?.['reasoning_tokens']);
  return usageCounts({
    ...splitPrompt(prompt, cacheRead, cacheWrite),
    outputTokens: completionTokens(usage, reasoningTokens ?? 0),
    reasoningTokens,
  });
}

/** xAI doesn't include reasoning in `completion_tokens`. Its `total_tokens` shows that. */
function completionTokens(usage: JsonObject, reasoningTokens: number): number | undefined {
  const completion = countOf(usage['completion_tokens']);
  const total = countOf(usage['total_tokens']);
  if (completion === undefined || total === undefined) return completion;
  const inclusive = (countOf(usage['prompt_tokens']) ?? 0) + completion;
  return total === inclusive + reasoningTokens ? completion + reasoningTokens : completion;
}

/** What `decodeUsage` leaves out: audio counts, times, prices. */
export function otherUsage(usage: JsonObject): JsonObject {
  return otherFields(usage, COUNTS);
}

export function encodeUsage(usage: Usage, rest: JsonObject | undefined): JsonObject {
  const { inputTokens = 0, cacheReadTokens, cacheWriteTokens, outputTokens = 0 } = usage;
  const prompt = inputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
  return jsonObject({
    ...rest,
    prompt_tokens: prompt,
    completion_tokens: outputTokens,
    total_tokens: prompt + outputTokens,
    prompt_tokens_details: details(rest?.['prompt_tokens_details'], {
      cached_tokens: cacheReadTokens,
      cache_write_tokens: cacheWriteTokens,
    }),
    completion_tokens_details: details(rest?.['completion_tokens_details'], {
      reasoning_tokens: usage.reasoningTokens,
    }),
  });
}

function details(
  rest: JsonObject[string] | undefined,
  counts: Readonly<Record<string, number | undefined>>,
): JsonObject | undefined {
  const object = { ...objectOf(rest), ...jsonObject(counts) };
  return Object.keys(object).length === 0 ? undefined : object;
}
