import type { ModelFacts } from '@postern/protocol';

const TEXT = ['text'] as const;
const DOCUMENTS = ['text', 'image', 'file'] as const;

function anthropic(contextWindow: number, maxOutput: number): ModelFacts {
  const modalities = { inputModalities: DOCUMENTS, outputModalities: TEXT };
  return { contextWindow, maxOutput, ...modalities, tools: true, reasoning: true };
}

const LARGE_CLAUDE = anthropic(1_000_000, 128_000);
const SMALL_CLAUDE = anthropic(200_000, 64_000);

const GPT: ModelFacts = {
  contextWindow: 1_050_000,
  maxOutput: 128_000,
  inputModalities: DOCUMENTS,
  outputModalities: TEXT,
  tools: true,
  reasoning: true,
};

const GPT_6_1: ModelFacts = { ...GPT, maxInput: 922_000 };

/**
 * Facts about models that the providers' own lists may lack, by `provider/model`, as of 2026-11-28. Groq and
 * OpenRouter have them in their lists.
 *
 * Sources: Anthropic's pages of the models (platform.claude.com/docs/en/models) and "PDF support"; OpenAI's pages of
 * the models (developers.openai.com/api/docs/models) and "File inputs".
 */
export const BUILT_IN_FACTS: Readonly<Record<string, ModelFacts>> = {
  'anthropic/claude-fable-5-1': LARGE_CLAUDE,
  'anthropic/claude-fable-5': LARGE_CLAUDE,
  'anthropic/claude-opus-5-5': LARGE_CLAUDE,
  'anthropic/claude-opus-5': LARGE_CLAUDE,
  'anthropic/claude-opus-4-8': LARGE_CLAUDE,
  'anthropic/claude-opus-4-7': LARGE_CLAUDE,
  'anthropic/claude-opus-4-6': LARGE_CLAUDE,
  'anthropic/claude-opus-4-5': SMALL_CLAUDE,
  'anthropic/claude-sonnet-5-5': LARGE_CLAUDE,
  'anthropic/claude-sonnet-5': LARGE_CLAUDE,
  'anthropic/claude-haiku-5-5': LARGE_CLAUDE,
  'anthropic/claude-haiku-4-5': SMALL_CLAUDE,
  'openai/gpt-6.1-sol': GPT_6_1,
  'openai/gpt-6.1-terra': GPT_6_1,
  'openai/gpt-6-luna': GPT,
  'openai/gpt-6-astra': GPT,
  'openai/gpt-5.6-terra': GPT,
  'openai/gpt-5.6-luna': GPT,
};
