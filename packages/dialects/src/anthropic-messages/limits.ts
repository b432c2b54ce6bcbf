import type { DialectId } from '@postern/protocol';

export const ANTHROPIC_MESSAGES: DialectId = 'anthropic-messages';

/** Characters of a tool's name (`^[a-zA-Z0-9_-]{1,128}$`). */
export const MAX_TOOL_NAME = 128;

interface OutputLimit {
  readonly family: RegExp;
  /** Sent where nothing was asked for. */
  readonly usual: number;
  /** The largest `max_tokens` that the API takes. */
  readonly most: number;
}

/** Newest families first; the model overview of the API's documentation, 2026. */
const OUTPUT_LIMITS: readonly OutputLimit[] = [
  { family: /claude-[a-z]+-[5-9]/, usual: 64_000, most: Infinity },
  { family: /claude-opus-4-[6-9]/, usual: 128_000, most: 128_000 },
  { family: /claude-sonnet-4-[6-9]/, usual: 64_000, most: 128_000 },
  { family: /claude-(?:opus|sonnet|haiku)-4-5/, usual: 64_000, most: 64_000 },
  { family: /claude-opus-4/, usual: 32_000, most: 32_000 },
  { family: /claude-sonnet-4|claude-3-7-sonnet/, usual: 64_000, most: 64_000 },
  { family: /claude-3-5-/, usual: 8_192, most: 8_192 },
  { family: /claude-3-/, usual: 4_096, most: 4_096 },
];

const UNKNOWN_MODEL = { usual: 8_192, most: Infinity };

/**
 * `max_tokens` is required: what was asked for, never above what the model gives where that is known,
 * else the usual for the model.
 */
export function maxTokensFor(model: string, asked: number | undefined): number {
  const { usual, most } = OUTPUT_LIMITS.find(({ family }) => family.test(model)) ?? UNKNOWN_MODEL;
  return Math.min(asked ?? usual, most);
}

/** Models that take `output_config.effort`: all but those known to refuse it. */
export function takesEffort(model: string): boolean {
  return !/claude-3|claude-(?:opus|sonnet)-4(?!-[5-9])|claude-(?:sonnet|haiku)-4-5/.test(model);
}
