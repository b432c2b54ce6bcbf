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

/** Omits unknown counts. */
export function usageCounts(
  counts: Readonly<Partial<Record<keyof Usage, number | undefined>>>,
): Usage {
  const usage: { -readonly [Count in keyof Usage]: Usage[Count] } = {};
  for (const count of COUNTS) {
    const value = counts[count];
    if (value !== undefined) usage[count] = value;
  }
  return usage;
}
