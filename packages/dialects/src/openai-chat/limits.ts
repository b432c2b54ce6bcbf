import type { DialectId } from '@postern/protocol';

export const OPENAI_CHAT: DialectId = 'openai-chat';

/** Characters of a function's name (`^[a-zA-Z0-9_-]{1,64}$`). */
export const MAX_TOOL_NAME = 64;

/** Entries of `stop`. */
export const MAX_STOPS = 4;

/** OpenAI's reasoning models, which reject `max_tokens`. Other servers know only that field. */
const REASONING_MODEL = /^(?:openai\/)?(?:o[1-9]|gpt-[5-9]|codex)/;

/** The field of the token limit if nothing is known of the server. */
export function limitFieldOf(model: string): 'max_tokens' | 'max_completion_tokens' {
  return REASONING_MODEL.test(model) ? 'max_completion_tokens' : 'max_tokens';
}

/** OpenAI's other models reject reasoning settings; other servers ignore them. */
export function refusesReasoning(model: string): boolean {
  return /^(?:openai\/)?(?:gpt-[34]|chatgpt-4)/.test(model);
}
