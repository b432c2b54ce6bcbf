import type { JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { ReportedUsage, TerminalEvent, UsageTap } from '../dialect.ts';
import { countOf, otherFields, jsonObject, objectOf, textOf } from '../json/read-json.ts';
import { splitPrompt, usageCounts } from '../json/usage-counts.ts';
import { readBody } from '../usage-tap/read-body.ts';
import { StreamTap } from '../usage-tap/stream-tap.ts';

const COUNTS = new Set([
  'input_tokens',
  'input_tokens_details',
  'output_tokens',
  'output_tokens_details',
  'total_tokens',
]);

/** Counts of a response: `input_tokens` includes what was read from and written to the cache. */
export function decodeUsage(usage: JsonObject): Usage {
  const inputDetails = objectOf(usage['input_tokens_details']);
  const input = countOf(usage['input_tokens']);
  const cacheRead = countOf(inputDetails?.['cached_tokens']);
  const cacheWrite = countOf(inputDetails?.['cache_write_tokens']);
  return usageCounts({
    ...splitPrompt(input, cacheRead, cacheWrite),
    outputTokens: countOf(usage['output_tokens']),
    reasoningTokens: countOf(objectOf(usage['output_tokens_details'])?.['reasoning_tokens']),
  });
}

/** What `decodeUsage` leaves out. */
export function otherUsage(usage: JsonObject): JsonObject {
  return otherFields(usage, COUNTS);
}

export function encodeUsage(usage: Usage, rest: JsonObject | undefined): JsonObject {
  const { inputTokens = 0, cacheReadTokens, cacheWriteTokens, outputTokens = 0 } = usage;
  const input = inputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
  return jsonObject({
    ...rest,
    input_tokens: input,
    input_tokens_details: jsonObject({
      cached_tokens: cacheReadTokens ?? 0,
      cache_write_tokens: cacheWriteTokens,
    }),
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: input + outputTokens,
  });
}

/** The terminal event contains the response, and the response contains the counts. */
export function usageTap(terminalEvent: TerminalEvent): UsageTap {
  return new StreamTap({
    terminalEvent,
    deltaMark: '"delta"',
    textKeys: ['delta'],
    usageIn: (event) => usageIn(objectOf(event['response']) ?? {}),
    tierIn: (event) => reportedTier(objectOf(event['response']) ?? {}),
    textLengthIn: (event) => textOf(event['delta'])?.length ?? 0,
  });
}

/** The usage in the body of a whole answer. */
export function readUsage(bodyText: string): ReportedUsage {
  return readBody(bodyText, { usageIn, tierIn: reportedTier });
}

/** See `Dialect.reportedTier`. */
export function reportedTier(response: JsonObject): string | undefined {
  return textOf(response['service_tier']);
}

function usageIn(response: JsonObject): Usage {
  const usage = objectOf(response['usage']);
  return usage === undefined ? {} : decodeUsage(usage);
}
