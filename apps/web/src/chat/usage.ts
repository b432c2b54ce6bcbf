import { t } from '@lingui/core/macro';
import type { Usage } from '@postern/protocol';
import { formatNumber } from '../languages/formats.ts';

/** Formats token counts: `1,204 in (1,024 cached) · 96 out (64 thinking) tokens`. */
export function formatUsage(usage: Usage): string {
  const parts = [inputText(usage), outputText(usage)].filter((part) => part !== '');
  const counts = parts.join(' · ');
  return counts === '' ? '' : t`${counts} tokens`;
}

function inputText({ inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): string {
  if (inputTokens === undefined && cacheReadTokens + cacheWriteTokens === 0) return '';
  const all = formatNumber((inputTokens ?? 0) + cacheReadTokens + cacheWriteTokens);
  const cached = formatNumber(cacheReadTokens);
  return cacheReadTokens > 0 ? t`${all} in (${cached} cached)` : t`${all} in`;
}

function outputText({ outputTokens, reasoningTokens = 0 }: Usage): string {
  if (outputTokens === undefined) return '';
  const all = formatNumber(outputTokens);
  const thought = formatNumber(reasoningTokens);
  return reasoningTokens > 0 ? t`${all} out (${thought} thinking)` : t`${all} out`;
}
