import type { JsonObject } from '@postern/kernel';
import type { Extra } from '@postern/protocol';
import { objectOf } from '../json/read-json.ts';

/**
 * The `cache_control` of a part or tool: where a prefix of the prompt ends that the provider shall cache.
 * Anthropic and OpenRouter write it the same, so it is kept across dialects.
 */
export function cacheMark(extra: Extra | undefined): { readonly cache_control?: JsonObject } {
  const mark = objectOf(extra?.fields['cache_control']);
  return mark === undefined ? {} : { cache_control: mark };
}
