import type { Usage } from '@postern/protocol';

const COUNTS = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWriteLongTokens',
  'outputTokens',
  'reasoningTokens',
] as const satisfies readonly (keyof Usage)[];

/**
 * Splits the count of a prompt that includes its cached tokens. Some servers count a token both as read from
 * and as written to the cache; it counts as read.
 */
export function splitPrompt(
  prompt: number | undefined,
  cacheReadTokens: number | undefined,
  cacheWriteTokens: number | undefined,
): Readonly<Record<'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens', number | undefined>> {
  if (prompt === undefined) return { inputTokens: undefined, cacheReadTokens, cacheWriteTokens };
  const unread = Math.max(0, prompt - (cacheReadTokens ?? 0));
  const written = cacheWriteTokens === undefined ? undefined : Math.min(cacheWriteTokens, unread);
  return { inputTokens: unread - (written ?? 0), cacheReadTokens, cacheWriteTokens: written };
}

/** No answer has more; sums of larger counts would not be exact. */
const MAX_TOKENS = 1_000_000_000;

/** Omits unknown and impossible counts, and rounds fractions up: some servers send estimates. */
export function usageCounts(
  counts: Readonly<Partial<Record<keyof Usage, number | undefined>>>,
): Usage {
  const usage: { -readonly [Count in keyof Usage]: Usage[Count] } = {};
  for (const count of COUNTS) {
    const value = counts[count];
    if (value !== undefined && value <= MAX_TOKENS) usage[count] = Math.ceil(value);
  }
  return usage;
}
