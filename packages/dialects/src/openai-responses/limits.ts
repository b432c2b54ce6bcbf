import type { DialectId } from '@postern/protocol';

export const OPENAI_RESPONSES: DialectId = 'openai-responses';

/** Characters of a function's name (`^[a-zA-Z0-9_-]{1,64}$`). */
export const MAX_TOOL_NAME = 64;

/** The entry of `include` that requests log probabilities. */
export const INCLUDED_LOGPROBS = 'message.output_text.logprobs';
