import type { Usage } from '@postern/protocol';
import type { UsageEntry } from '../usage/usage-log.ts';

/** For estimates: characters per token. */
const CHARACTERS_PER_TOKEN = 4;

export interface Measure {
  readonly usage: Usage;
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
  /** The counts that the upstream sent. */
  readonly reported: Usage;
  /** The length of what was delivered, in characters. */
  readonly deliveredLength: number;
  /** An estimate of all tokens of the prompt. */
  readonly estimatedInputTokens: number;
}

/** The upstream's counts if they are final, otherwise an estimate. */
export function measureOf({
  ending,
  reported,
  deliveredLength,
  estimatedInputTokens,
}: Reading): Measure {
  if (ending === 'complete' && isFinal(reported)) return { usage: reported, estimated: false };
  const fromCache = (reported.cacheReadTokens ?? 0) + (reported.cacheWriteTokens ?? 0);
  const delivered = tokensIn(deliveredLength);
  return {
    usage: {
      ...reported,
      inputTokens: reported.inputTokens ?? Math.max(0, estimatedInputTokens - fromCache),
      outputTokens: Math.max(reported.outputTokens ?? 0, delivered),
    },
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
