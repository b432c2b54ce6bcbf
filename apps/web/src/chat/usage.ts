import type { Usage } from '@postern/protocol';

/** Formats token counts: `1,204 in (1,024 cached) · 96 out (64 thinking) tokens`. */
export function formatUsage(usage: Usage, locale?: string): string {
  const { inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  const { outputTokens, reasoningTokens = 0 } = usage;
  const number = new Intl.NumberFormat(locale);
  const parts: string[] = [];
  if (inputTokens !== undefined || cacheReadTokens + cacheWriteTokens > 0) {
    const all = (inputTokens ?? 0) + cacheReadTokens + cacheWriteTokens;
    const cached = cacheReadTokens > 0 ? ` (${number.format(cacheReadTokens)} cached)` : '';
    parts.push(`${number.format(all)} in${cached}`);
  }
  if (outputTokens !== undefined) {
    const thought = reasoningTokens > 0 ? ` (${number.format(reasoningTokens)} thinking)` : '';
    parts.push(`${number.format(outputTokens)} out${thought}`);
  }
  return parts.length === 0 ? '' : `${parts.join(' · ')} tokens`;
}
