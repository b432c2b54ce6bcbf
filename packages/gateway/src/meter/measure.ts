import type { ReportedUsage } from '@postern/dialects';
import type { Usage } from '@postern/protocol';
import type { UsageEntry } from '../usage/usage-log.ts';

/** For estimates: characters per token. */
const CHARACTERS_PER_TOKEN = 4;

export interface Measure {
  readonly usage: Usage;
  /** The service tier that the upstream reported; undefined if it didn't. */
  readonly serviceTier?: string | undefined;
  readonly estimated: boolean;
}

/** Measures the usage of one response while it passes. */
export interface Meter {
  /** Of the upstream's response. */
  readonly answerBytes: number;
  /** The usage to record. Errors cost nothing. For a response that ended early, delivered text is counted. */
  measure(outcome: Pick<UsageEntry, 'status' | 'ending'>): Measure;
}

export const FREE: Measure = { usage: {}, estimated: false };

export interface Reading {
  readonly ending: UsageEntry['ending'];
  /** What the upstream sent. */
  readonly reported: ReportedUsage;
  /** The length of what was delivered, in characters. */
  readonly deliveredLength: number;
  /** An estimate of all tokens of the prompt. */
  readonly estimatedInputTokens: number;
}

/** The upstream's counts if they are final, otherwise an estimate. */
export function measureOf({
  ending,
  reported: { usage: reported, serviceTier },
  deliveredLength,
  estimatedInputTokens,
}: Reading): Measure {
  if (ending === 'complete' && isFinal(reported)) {
    return { usage: reported, serviceTier, estimated: false };
  }
  const fromCache = (reported.cacheReadTokens ?? 0) + (reported.cacheWriteTokens ?? 0);
  const delivered = tokensIn(deliveredLength);
  return {
    usage: {
      ...reported,
      inputTokens: reported.inputTokens ?? Math.max(0, estimatedInputTokens - fromCache),
      outputTokens: Math.max(reported.outputTokens ?? 0, delivered),
    },
    serviceTier,
    estimated: true,
  };
}

/** The tokens of a text of that length, in characters, or of a body in bytes. */
export function tokensIn(length: number): number {
  return Math.ceil(length / CHARACTERS_PER_TOKEN);
}

function isFinal(usage: Usage): boolean {
  return usage.inputTokens !== undefined && usage.outputTokens !== undefined;
}
