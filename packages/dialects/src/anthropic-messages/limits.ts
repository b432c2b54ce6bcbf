import type { DialectId } from '@postern/protocol';

export const ANTHROPIC_MESSAGES: DialectId = 'anthropic-messages';

/** Characters of a tool's name (`^[a-zA-Z0-9_-]{1,128}$`). */
export const MAX_TOOL_NAME = 128;

interface OutputLimit {
  readonly family: RegExp;
  /** Sent if the request sets no limit. */
  readonly usual: number;
  /** The largest `max_tokens` that the API accepts. */
  readonly most: number;
}

/** Newest families first, from the model overview in the API's documentation, 2026. */
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
 * The required field `max_tokens`: the requested value, at most the model's limit if that is known; by
 * default the usual value for the model.
 */
export function maxTokensFor(model: string, asked: number | undefined): number {
  const { usual, most } = OUTPUT_LIMITS.find(({ family }) => family.test(model)) ?? UNKNOWN_MODEL;
  return Math.min(asked ?? usual, most);
}

/** Models that accept `output_config.effort`: all except those known to reject it. */
export function takesEffort(model: string): boolean {
  return !/claude-3|claude-(?:opus|sonnet)-4(?!-[5-9])|claude-(?:sonnet|haiku)-4-5/.test(model);
}
