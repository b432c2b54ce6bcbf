import type { Usage } from '@postern/protocol';

const COUNTS = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
] as const satisfies readonly (keyof Usage)[];

/** Omits unknown counts. */
export function usageCounts(counts: Readonly<Record<keyof Usage, number | undefined>>): Usage {
  const usage: { -readonly [Count in keyof Usage]: Usage[Count] } = {};
  for (const count of COUNTS) {
    const value = counts[count];
    if (value !== undefined) usage[count] = value;
  }
  return usage;
}
