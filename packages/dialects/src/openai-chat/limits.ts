import type { DialectId, ModelRequest } from '@postern/protocol';
import type { Warn } from '../report.ts';

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

/**
 * A request without the temperature and `top_p` that OpenAI's reasoning models reject: any other than 1, unless they
 * are asked not to reason. "Only the default (1) value is supported."
 */
export function withoutRefusedSampling(request: ModelRequest, warn: Warn): ModelRequest {
  const { model, reasoning, temperature, topP, ...others } = request;
  const isReasoning = REASONING_MODEL.test(model) && !model.includes('gpt-5-chat');
  if (!isReasoning || reasoning?.mode === 'off' || reasoning?.effort === 'none') return request;
  const refused = (['temperature', 'topP'] as const).filter(
    (path) => request[path] !== undefined && request[path] !== 1,
  );
  for (const path of refused) {
    warn({ kind: 'dropped', path, message: 'this model takes only 1 while it reasons' });
  }
  return {
    ...others,
    model,
    ...(reasoning !== undefined && { reasoning }),
    ...(temperature === 1 && { temperature }),
    ...(topP === 1 && { topP }),
  };
}
