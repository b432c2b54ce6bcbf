import type { ListedPrice } from '@postern/protocol';

/** OpenAI: from 272,000 tokens of prompt on, twice the input price and one and a half times the output price. */
function openAi(input: number, cacheRead: number, output: number): ListedPrice {
  return {
    input,
    cacheRead,
    cacheWrite: 1.25 * input,
    cacheWriteLong: 2.5 * input,
    output,
    long: {
      aboveTokens: 272_000,
      input: 2 * input,
      cacheRead: 2 * cacheRead,
      cacheWrite: 2.5 * input,
      cacheWriteLong: 5 * input,
      output: 1.5 * output,
    },
    tiers: { priority: 2, fast: 2, flex: 0.5 },
  };
}

/** Anthropic: writing to a cache for 5 minutes costs 1.25 times the input price, for an hour twice. */
function anthropic(input: number, cacheRead: number, output: number): ListedPrice {
  return { input, cacheRead, cacheWrite: 1.25 * input, cacheWriteLong: 2 * input, output };
}

/**
 * US dollars for a million tokens, by `provider/model`, as of 2026-11-28.
 *
 * Sources: Anthropic's page "Pricing" (platform.claude.com/docs/en/about-claude/pricing) and its pages of the models;
 * OpenAI's page "Pricing" (developers.openai.com/api/docs/pricing) and its pages of the models; Groq's page "Models"
 * (console.groq.com/docs/models).
 */
export const BUILT_IN_PRICES: Readonly<Record<string, ListedPrice>> = {
  'anthropic/claude-fable-5-1': anthropic(10, 0.25, 50),
  'anthropic/claude-fable-5': anthropic(10, 1, 50),
  'anthropic/claude-opus-5-5': anthropic(4, 0.2, 20),
  'anthropic/claude-opus-5': anthropic(5, 0.5, 25),
  'anthropic/claude-opus-4-8': anthropic(5, 0.5, 25),
  'anthropic/claude-opus-4-7': anthropic(5, 0.5, 25),
  'anthropic/claude-opus-4-6': anthropic(5, 0.5, 25),
  'anthropic/claude-opus-4-5': anthropic(5, 0.5, 25),
  'anthropic/claude-sonnet-5-5': anthropic(2, 0.1, 10),
  'anthropic/claude-sonnet-5': anthropic(2, 0.2, 10),
  'anthropic/claude-haiku-5-5': {
    ...anthropic(0.1, 0.01, 0.5),
    long: { aboveTokens: 100_000, ...anthropic(0.5, 0.05, 2.5) },
  },
  'anthropic/claude-haiku-4-5': anthropic(1, 0.1, 5),
  'openai/gpt-6.1-sol': openAi(2, 0.1, 10),
  'openai/gpt-6.1-terra': openAi(1, 0.05, 5),
  'openai/gpt-6-sol': openAi(2, 0.2, 10),
  'openai/gpt-6-luna': openAi(0.1, 0.01, 0.5),
  'openai/gpt-6-astra': openAi(10, 1, 50),
  'openai/gpt-5.6-terra': openAi(2, 0.2, 12),
  'openai/gpt-5.6-luna': openAi(0.2, 0.02, 1.2),
  'groq/openai/gpt-oss-120b': { input: 0.15, cacheRead: 0.075, output: 0.6 },
  'groq/openai/gpt-oss-20b': { input: 0.075, cacheRead: 0.037, output: 0.3 },
  'groq/llama-3.3-70b-versatile': { input: 0.59, output: 0.79 },
  'groq/llama-3.1-8b-instant': { input: 0.05, output: 0.08 },
  // They run on the user's own machine.
  'ollama/*': { input: 0, output: 0 },
  'demo/*': { input: 0, output: 0 },
};
