import { isJsonObject, type JsonObject, type JsonValue } from '@postern/kernel';
import type { FakeDialect } from '@postern/testing';

/** Counts of tokens that every dialect has a field for. A missing field counts nothing. */
export interface Counts {
  /** Neither read from a cache nor written to one. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** With reasoning. */
  readonly output: number;
  readonly reasoning: number;
}

/** Where each dialect has the counts. The input of both OpenAI dialects includes what the cache has to do with. */
export const COUNTS: Readonly<Record<FakeDialect, (usage: JsonObject) => Counts>> = {
  'anthropic-messages': (usage) => ({
    input: count(usage, 'input_tokens'),
    cacheRead: count(usage, 'cache_read_input_tokens'),
    cacheWrite: count(usage, 'cache_creation_input_tokens'),
    output: count(usage, 'output_tokens'),
    reasoning: count(usage, 'output_tokens_details', 'thinking_tokens'),
  }),
  'openai-chat': (usage) => {
    const cacheRead =
      count(usage, 'prompt_tokens_details', 'cached_tokens') ||
      // DeepSeek: api-docs.deepseek.com/guides/kv_cache
      count(usage, 'prompt_cache_hit_tokens');
    const cacheWrite = count(usage, 'prompt_tokens_details', 'cache_write_tokens');
    const prompt = count(usage, 'prompt_tokens');
    return {
      input: prompt - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite,
      // `completion_tokens` of xAI are without reasoning, its total is with it.
      output: Math.max(0, count(usage, 'total_tokens') - prompt),
      reasoning: count(usage, 'completion_tokens_details', 'reasoning_tokens'),
    };
  },
  'openai-responses': (usage) => {
    const cacheRead = count(usage, 'input_tokens_details', 'cached_tokens');
    const cacheWrite = count(usage, 'input_tokens_details', 'cache_write_tokens');
    return {
      input: count(usage, 'input_tokens') - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite,
      output: count(usage, 'output_tokens'),
      reasoning: count(usage, 'output_tokens_details', 'reasoning_tokens'),
    };
  },
};

function count(usage: JsonObject, ...path: readonly string[]): number {
  const value = path.reduce<JsonValue | undefined>(
    (object, field) => (isJsonObject(object) ? object[field] : undefined),
    usage,
  );
  return typeof value === 'number' ? value : 0;
}
