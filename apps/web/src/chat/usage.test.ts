import { describe, expect, it } from 'vitest';
import { formatUsage } from './usage.ts';

describe('formatUsage', () => {
  it.each([
    ['nothing', {}, ''],
    ['both', { inputTokens: 1204, outputTokens: 96 }, '1,204 in · 96 out tokens'],
    ['zero is a count', { inputTokens: 0, outputTokens: 0 }, '0 in · 0 out tokens'],
    ['only out', { outputTokens: 5 }, '5 out tokens'],
    [
      'caches are part of the prompt',
      { inputTokens: 100, cacheReadTokens: 1000, cacheWriteTokens: 24, outputTokens: 1 },
      '1,124 in (1,000 cached) · 1 out tokens',
    ],
    ['cache alone', { cacheReadTokens: 7 }, '7 in (7 cached) tokens'],
    ['thinking', { outputTokens: 96, reasoningTokens: 64 }, '96 out (64 thinking) tokens'],
  ])('%s', (_name, usage, expected) => {
    expect(formatUsage(usage)).toBe(expected);
  });
});
